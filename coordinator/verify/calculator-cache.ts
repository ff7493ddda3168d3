/** Compiled circuits that a thread keeps between its jobs. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { NodeFailure } from "../../src/domain/failure.ts";
import type { WitnessCalculator } from "../../src/circuit/witness.ts";
import { createWitnessCalculator } from "../../src/circuit/witness.ts";
import { limitMemory } from "./limit-memory.ts";

/** A circuit's wasm on this machine. */
export type WasmFile = { readonly wasmDigest: string; readonly wasmPath: string };

/** Compiled circuits kept, least recently used first. One takes some 10 MB. */
const MAX_CIRCUITS = 8;
/** 1 GiB, as much as the largest witness that we read; V8 counts WASM memory in no limit of a thread's. */
const MAX_MEMORY_PAGES = 2 ** 14;

export type CalculatorCache = (file: WasmFile) => Promise<WitnessCalculator>;

export const createCalculatorCache = (): CalculatorCache => {
  const calculators = new Map<string, Promise<WitnessCalculator>>();
  return (file) => {
    const { wasmDigest } = file;
    const calculator =
      calculators.get(wasmDigest) ??
      loadCalculator(file, (bytes) => limitMemory(bytes, MAX_MEMORY_PAGES));
    calculators.delete(wasmDigest);
    calculators.set(wasmDigest, calculator);
    // A load that failed is tried again by the next job.
    calculator.catch(() => calculators.delete(wasmDigest));
    const [oldest] = calculators.keys();
    if (calculators.size > MAX_CIRCUITS && oldest !== undefined) calculators.delete(oldest);
    return calculator;
  };
};

/**
 * `prepare` changes the module after its digest was checked.
 *
 * @throws NodeFailure "artifact" when the file is no circom circuit, or no longer the one that was admitted: a flipped bit
 * could make a good input look unsatisfiable, and that is final.
 */
export const loadCalculator = async (
  { wasmPath, wasmDigest }: WasmFile,
  prepare: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
): Promise<WitnessCalculator> => {
  const bytes = await readFile(wasmPath);
  if (createHash("sha256").update(bytes).digest("hex") !== wasmDigest) {
    throw new NodeFailure("artifact", `${wasmPath} does not hash to ${wasmDigest}`);
  }
  return createWitnessCalculator(await WebAssembly.compile(prepare(bytes)));
};
