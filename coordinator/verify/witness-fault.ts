/** What a calculation that gave no witness says about its input. */
import type { NodeFailure } from "../../src/domain/failure.ts";
import type { CheckedInput } from "../../src/circuit/inputs/adapter.ts";
import type { Reproduction } from "./verifier.ts";

export type WitnessFault = Exclude<Reproduction, { readonly outcome: "satisfied" }>;

export const malformedInput = (form: Extract<CheckedInput, { ok: false }>): WitnessFault => {
  const where = form.field === "" ? "" : `${form.field}: `;
  return { outcome: "malformed", reason: `${where}${form.problem}; ${form.remedy}` };
};

export const witnessFault = ({ code, message }: NodeFailure): WitnessFault => {
  if (code === "unsatisfied_constraints") return { outcome: "unsatisfied", reason: message };
  if (code === "malformed_input") return { outcome: "malformed", reason: message };
  return { outcome: "inconclusive", reason: message };
};
