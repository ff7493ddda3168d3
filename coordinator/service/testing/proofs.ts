/** Real proofs of the committed circuits, made by snarkjs in this process. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { groth16 } from "snarkjs";
import type { CircuitInput } from "snarkjs";
import type { Circuit, Curve } from "../../../src/domain/circuit.ts";
import { parseManifest } from "../../../src/wire/manifest.ts";
import { encodeProof } from "../../../src/wire/proof.ts";
import { installSingleThreadCurve } from "../../verify/single-thread-curve.ts";
import { projectFolder } from "./coordinator.ts";

const folder = path.join(projectFolder, "public", "circuits");

const builtInCircuit = async (id: string): Promise<Circuit> => {
  const manifest = parseManifest(await readFile(path.join(folder, "manifest.json"), "utf8"));
  const entry = manifest.entries.find((one) => one.circuit.id === id);
  if (entry === undefined) throw new RangeError(`no built-in circuit "${id}"`);
  return entry.circuit;
};

export type MadeProof = {
  readonly curve: Curve;
  readonly bytes: Uint8Array;
  readonly publicSignals: readonly string[];
  /** TaskCompletionRequest.proof_metadata_json. */
  readonly metadata: Uint8Array;
};

export type CircuitFiles = {
  readonly curve: Curve;
  /** Paths. */
  readonly wasm: string;
  readonly zkey: string;
};

/** The files of a built-in circuit. */
export const builtInFiles = async (id: string): Promise<CircuitFiles> => {
  const { curve, wasm, zkey } = await builtInCircuit(id);
  const file = (digest: string, kind: string) => path.join(folder, `${digest}.${kind}`);
  return { curve, wasm: file(wasm.sha256, "wasm"), zkey: file(zkey.sha256, "zkey") };
};

/** Proves an input of a built-in circuit whose signals are named as in the input ("addition"). */
export const prove = async (id: string, input: CircuitInput): Promise<MadeProof> =>
  proveWith(await builtInFiles(id), input);

/** Proves an input of a circuit of these files. */
export const proveWith = async (
  { curve, wasm, zkey }: CircuitFiles,
  input: CircuitInput,
): Promise<MadeProof> => {
  // Without it snarkjs starts threads, and asked for a single one it builds the curve anew for each proof.
  await installSingleThreadCurve(curve);
  const { proof, publicSignals } = await groth16.fullProve(input, wasm, zkey);
  const metadata = JSON.stringify({ protocol: "groth16", curve, publicSignals });
  return {
    curve,
    publicSignals,
    bytes: encodeProof(curve, proof),
    metadata: Buffer.from(metadata),
  };
};
