/** Real proofs of the built-in addition circuits, made by snarkjs with the committed keys. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { groth16 } from "snarkjs";
import type { Curve } from "../../src/domain/circuit.ts";
import { encodeProof } from "../../src/wire/proof.ts";

const folder = path.resolve(import.meta.dirname, "../../public/circuits");

type Manifest = {
  readonly circuits: readonly {
    readonly entry: Readonly<Record<"wasm" | "zkey" | "vkey", { readonly url: string }>> & {
      readonly id: string;
    };
  }[];
};

export type RealProof = {
  readonly curve: Curve;
  readonly circuitId: string;
  readonly proofData: Uint8Array;
  readonly publicSignals: readonly string[];
  readonly vkeyJson: string;
};

const circuitOf: Readonly<Record<Curve, string>> = {
  bn128: "addition",
  bls12381: "addition_bls12381",
};

/** Proves 2 + 3 = 5. */
export const proveAddition = async (curve: Curve): Promise<RealProof> => {
  const circuitId = circuitOf[curve];
  const text = await readFile(path.join(folder, "manifest.json"), "utf8");
  const { circuits } = JSON.parse(text) as Manifest;
  const entry = circuits.find((circuit) => circuit.entry.id === circuitId)?.entry;
  if (entry === undefined) throw new Error(`the manifest has no ${circuitId}`);
  const read = (url: string) => readFile(path.join(folder, path.basename(url)));
  const [wasm, zkey, vkey] = await Promise.all(
    [entry.wasm, entry.zkey, entry.vkey].map(({ url }) => read(url)),
  );
  const threads = { singleThread: true };
  const { proof, publicSignals } = await groth16.fullProve(
    { a: "2", b: "3" },
    wasm ?? "",
    zkey ?? "",
    undefined,
    {},
    threads,
  );
  const proofData = encodeProof(curve, proof);
  return { curve, circuitId, proofData, publicSignals, vkeyJson: String(vkey) };
};
