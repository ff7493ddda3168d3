/** One witness calculation, in a process that lives for it alone: what came of it, in words. */
import { randomBytes } from "node:crypto";
import { checkInput } from "../../src/circuit/inputs/index.ts";
import { NodeFailure } from "../../src/domain/failure.ts";
import { loadCalculator } from "./check-input.ts";
import type { InputJob } from "./check-input.ts";
import type { Reproduction } from "./verifier.ts";

export const computeWitness = async (job: InputJob): Promise<Reproduction> => {
  const form = checkInput(job.circuit, job.input);
  if (!form.ok) {
    const where = form.field === "" ? "" : `${form.field}: `;
    return { outcome: "malformed", reason: `${where}${form.problem}; ${form.remedy}` };
  }
  try {
    const calculator = await loadCalculator(job);
    calculator.calculate(form.complete(randomBytes).signals);
    return { outcome: "satisfied" };
  } catch (reason) {
    return outcomeOf(NodeFailure.from(reason));
  }
};

const outcomeOf = ({ code, message }: NodeFailure): Reproduction => {
  if (code === "unsatisfied_constraints") return { outcome: "unsatisfied", reason: message };
  if (code === "malformed_input") return { outcome: "malformed", reason: message };
  return { outcome: "inconclusive", reason: message };
};
