/** Real proofs of the committed circuits, made by snarkjs in this process. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { groth16 } from "snarkjs";
import type { CircuitInput } from "snarkjs";
import type { Circuit, Curve } from "../../../src/domain/circuit.ts";
import { parseManifest } from "../../../src/wire/manifest.ts";
import { encodeProof } from "../../../src/wire/proof.ts";
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

/** Proves an input of a circuit whose signals are named as in the input ("addition"). */
export const prove = async (id: string, input: CircuitInput): Promise<MadeProof> => {
  const { curve, wasm, zkey } = await builtInCircuit(id);
  const file = (digest: string, kind: string) => path.join(folder, `${digest}.${kind}`);
  const { proof, publicSignals } = await groth16.fullProve(
    input,
    file(wasm.sha256, "wasm"),
    file(zkey.sha256, "zkey"),
    undefined,
    undefined,
    { singleThread: true },
  );
  const metadata = JSON.stringify({ protocol: "groth16", curve, publicSignals });
  return {
    curve,
    publicSignals,
    bytes: encodeProof(curve, proof),
    metadata: Buffer.from(metadata),
  };
};
