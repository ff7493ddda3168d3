/** Whether an input has its circuit's form, in a thread: parsing a megabyte and asking foreign WASM take their time. */
import type { Circuit } from "../../src/domain/circuit.ts";
import { checkInput } from "../../src/circuit/inputs/index.ts";
import { MalformedInput } from "../../src/circuit/malformed-input.ts";
import type { WasmFile } from "./calculator-cache.ts";
import { createCalculatorCache } from "./calculator-cache.ts";
import type { InputCheck } from "./verifier.ts";

export type InputJob = WasmFile & {
  readonly circuit: Pick<Circuit, "id" | "curve">;
  readonly input: Uint8Array;
};

export type InputChecker = (job: InputJob) => Promise<InputCheck>;

/** Circuits that it has compiled stay with it. */
export const createInputChecker = (): InputChecker => {
  const calculatorOf = createCalculatorCache();
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
