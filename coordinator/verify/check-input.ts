/** Whether an input has its circuit's form, in a thread: parsing a megabyte and asking foreign WASM take their time. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Circuit } from "../../src/domain/circuit.ts";
import { checkInput } from "../../src/circuit/inputs/index.ts";
import { NodeFailure } from "../../src/domain/failure.ts";
import { MalformedInput } from "../../src/circuit/malformed-input.ts";
import type { WitnessCalculator } from "../../src/circuit/witness.ts";
import { createWitnessCalculator } from "../../src/circuit/witness.ts";
import type { InputCheck } from "./verifier.ts";

export type InputJob = {
  readonly circuit: Pick<Circuit, "id" | "curve">;
  readonly wasmDigest: string;
  readonly wasmPath: string;
  readonly input: Uint8Array;
};

export type InputChecker = (job: InputJob) => Promise<InputCheck>;

/** Compiled circuits kept, least recently used first. One takes some 10 MB. */
const MAX_CIRCUITS = 8;

/** Circuits that it has compiled stay with it. */
export const createInputChecker = (): InputChecker => {
  const calculators = new Map<string, Promise<WitnessCalculator>>();

  const calculatorOf = (job: InputJob): Promise<WitnessCalculator> => {
    const { wasmDigest } = job;
    const calculator = calculators.get(wasmDigest) ?? loadCalculator(job);
    calculators.delete(wasmDigest);
    calculators.set(wasmDigest, calculator);
    // A load that failed is tried again by the next input.
    calculator.catch(() => calculators.delete(wasmDigest));
    const [oldest] = calculators.keys();
    if (calculators.size > MAX_CIRCUITS && oldest !== undefined) calculators.delete(oldest);
    return calculator;
  };

  return async (job) => {
    const form = checkInput(job.circuit, job.input);
    if (!form.ok) {
      return { ok: false, field: form.field, problem: form.problem, remedy: form.remedy };
    }
    if (form.byName === undefined) return { ok: true };
    try {
      (await calculatorOf(job)).check(form.byName);
      return { ok: true };
    } catch (reason) {
      if (reason instanceof MalformedInput) return { ok: false, ...reason.detail };
      throw reason;
    }
  };
};

/**
 * @throws NodeFailure "artifact" when the file is no circom circuit, or no longer the one that was admitted: a flipped bit
 * could make a good input look unsatisfiable, and that is final.
 */
export const loadCalculator = async ({
  wasmPath,
  wasmDigest,
}: Pick<InputJob, "wasmPath" | "wasmDigest">): Promise<WitnessCalculator> => {
  const bytes = await readFile(wasmPath);
  if (createHash("sha256").update(bytes).digest("hex") !== wasmDigest) {
    throw new NodeFailure("artifact", `${wasmPath} does not hash to ${wasmDigest}`);
  }
  return createWitnessCalculator(await WebAssembly.compile(bytes));
};
