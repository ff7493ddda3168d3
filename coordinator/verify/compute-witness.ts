/** One witness calculation, in a process that lives for it alone: what came of it, in words. */
import { randomBytes } from "node:crypto";
import { checkInput } from "../../src/circuit/inputs/index.ts";
import { NodeFailure } from "../../src/domain/failure.ts";
import { loadCalculator } from "./calculator-cache.ts";
import type { InputJob } from "./check-input.ts";
import type { Reproduction } from "./verifier.ts";
import { malformedInput, witnessFault } from "./witness-fault.ts";

export const computeWitness = async (job: InputJob): Promise<Reproduction> => {
  const form = checkInput(job.circuit, job.input);
  if (!form.ok) return malformedInput(form);
  try {
    const calculator = await loadCalculator(job);
    calculator.calculate(form.complete(randomBytes).signals);
    return { outcome: "satisfied" };
  } catch (reason) {
    return witnessFault(NodeFailure.from(reason));
  }
};
