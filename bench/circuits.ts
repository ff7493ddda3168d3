/** Circuits to measure: merkle_proof of this project, and those of the folder BENCH_CIRCUITS. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { projectRoot } from "../e2e/harness/coordinator.ts";
import { checkInput } from "../src/circuit/inputs/index.ts";
import { parseManifest } from "../src/wire/manifest.ts";

export type BenchCircuit = {
  readonly id: string;
  /** Where it stands when it is not built in: the coordinator must be given it first. */
  readonly folder: string | undefined;
  readonly wasm: string;
  readonly zkey: string;
  readonly vkey: string;
  /** What an owner submits, JSON in UTF-8. */
  readonly input: Uint8Array;
  /** The same as the circuit's signals by name, JSON: what snarkjs takes. */
  readonly signals: string;
};

/** c14 of BENCH_CIRCUITS where that is set, and merkle_proof last. */
export const benchCircuits = async (): Promise<readonly BenchCircuit[]> => {
  const circuits = [await merkleProof()];
  const folder = process.env.BENCH_CIRCUITS;
  if (folder === undefined) return circuits;
  if (!existsSync(path.join(folder, "c14"))) {
    throw new Error(`BENCH_CIRCUITS is ${folder}, which has no folder c14`);
  }
  return [await fromFolder(folder, "c14"), ...circuits];
};

const fromFolder = async (folder: string, id: string): Promise<BenchCircuit> => {
  const input = await readFile(path.join(folder, id, "input.json"));
  const file = (ending: string): string => path.join(folder, id, `${id}.${ending}`);
  return {
    id,
    folder,
    wasm: file("wasm"),
    zkey: file("zkey"),
    vkey: file("vkey.json"),
    input,
    signals: input.toString(),
  };
};

/** This project's own merkle_proof, with a tree of 1,000 leaves. */
export const merkleProof = async (): Promise<BenchCircuit> => {
  const built = path.join(projectRoot, "public/circuits");
  const manifest = parseManifest(await readFile(path.join(built, "manifest.json"), "utf8"));
  const found = manifest.entries.find(({ circuit }) => circuit.id === "merkle_proof");
  if (found === undefined) throw new Error("public/circuits has no merkle_proof");
  const { circuit } = found;
  const leaves = Array.from({ length: 1000 }, (_, index) => `0x${(index + 1).toString(16)}`);
  const input = Buffer.from(JSON.stringify({ leaves, leaf_index: 417 }));
  const checked = checkInput(circuit, input);
  if (!checked.ok) throw new Error(checked.problem);
  // The tree is built before snarkjs's clock runs: our node builds it within its own.
  const { signals } = checked.complete((length) => randomBytes(length));
  const named = [...signals].map(([name, values]) => [name, values.map(String)] as const);
  return {
    id: circuit.id,
    folder: undefined,
    wasm: path.join(built, circuit.wasm.url),
    zkey: path.join(built, circuit.zkey.url),
    vkey: path.join(built, circuit.vkey.url),
    input,
    signals: JSON.stringify(Object.fromEntries(named)),
  };
};
