import { NodeFailure } from "../domain/failure.ts";

/** What is wrong with an input, where, and what would be right. */
export type InputProblem = {
  /** Path within the input, e.g. "leaves[3]"; "" = the input as a whole. */
  readonly field: string;
  readonly problem: string;
  readonly remedy: string;
};

/** An input that does not have its circuit's form. Whether it satisfies the circuit is another question. */
export class MalformedInput extends NodeFailure {
  readonly detail: InputProblem;

  constructor(detail: InputProblem) {
    const where = detail.field === "" ? "" : `${detail.field}: `;
    super("malformed_input", `${where}${detail.problem}; ${detail.remedy}`);
    this.name = "MalformedInput";
    this.detail = detail;
  }
}
