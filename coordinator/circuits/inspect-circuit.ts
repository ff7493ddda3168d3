/** The part of admission that runs foreign WASM or takes seconds: in a thread, with a deadline. */
import { readFile } from "node:fs/promises";
import { zKey } from "snarkjs";
import { createWitnessCalculator } from "../../src/circuit/witness.ts";
import type { Curve } from "../../src/domain/circuit.ts";
import { NodeFailure } from "../../src/domain/failure.ts";
import { installSingleThreadCurve } from "../verify/single-thread-curve.ts";

export type InspectionJob = {
  readonly wasmPath: string;
  readonly zkeyPath: string;
  /** As read from the zkey. */
  readonly curve: Curve;
};

export type Inspection =
  | {
      readonly ok: true;
      /** Of the wasm. */
      readonly curve: Curve;
      /** Wires that the wasm computes. */
      readonly witnessSize: number;
      /** snarkjs's own export of the verification key. */
      readonly vkeyJson: string;
    }
  /** Which file is wrong, and how. */
  | { readonly ok: false; readonly field: "wasm" | "zkey"; readonly problem: string };

export const inspectCircuit = async (job: InspectionJob): Promise<Inspection> => {
  try {
    const { curve, witnessSize } = await loadCircuit(job.wasmPath);
    return { ok: true, curve, witnessSize, vkeyJson: await exportKey(job) };
  } catch (reason) {
    if (!(reason instanceof NodeFailure)) throw reason;
    const field = reason.code === "artifact" ? "wasm" : "zkey";
    return { ok: false, field, problem: reason.message };
  }
};

const loadCircuit = async (wasmPath: string) => {
  const bytes = await readFile(wasmPath);
  try {
    return createWitnessCalculator(await WebAssembly.compile(bytes));
  } catch (reason) {
    throw NodeFailure.from(reason, "artifact");
  }
};

const exportKey = async ({ zkeyPath, curve }: InspectionJob): Promise<string> => {
  await installSingleThreadCurve(curve);
  try {
    return `${JSON.stringify(await zKey.exportVerificationKey(zkeyPath), undefined, 1)}\n`;
  } catch (reason) {
    const { message } = NodeFailure.from(reason);
    throw new NodeFailure("malformed_message", `snarkjs cannot read the zkey: ${message}`, {
      cause: reason,
    });
  }
};
