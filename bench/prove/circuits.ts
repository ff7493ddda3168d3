/** Circuits to prove, each with a witness: those of the folder BENCH_CIRCUITS, and this project's merkle_proof. */
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import {
  wtns as witnesses,
  type CircuitInput,
  type MemoryFile,
  type VerificationKey,
} from "snarkjs";
import { curves, type Curve } from "../../src/domain/circuit.ts";
import { readZkey } from "../../src/groth16/zkey.ts";
import { merkleProof } from "../circuits.ts";

export type ProvingCircuit = {
  readonly id: string;
  readonly curve: Curve;
  readonly domainSize: number;
  readonly zkey: Uint8Array;
  readonly wtns: Uint8Array;
  /** The witness calculator, and what it takes: signals by name, JSON in UTF-8. */
  readonly wasm: Uint8Array;
  readonly input: Uint8Array;
  readonly vkeyJson: string;
  /** What each proof must have. */
  readonly publicSignals: readonly string[];
};

const builtIn = "merkle_proof";

/**
 * The names of all circuits that can be measured here: merkle_proof, and each NAME of which BENCH_CIRCUITS has NAME/NAME.zkey,
 * smallest key first. docs/proving.md says what else the folder must have.
 *
 * @throws Error when BENCH_CIRCUITS names a folder without any.
 */
export const availableCircuits = async (): Promise<readonly string[]> => {
  const folder = process.env.BENCH_CIRCUITS;
  if (folder === undefined) return [builtIn];
  const found: { readonly id: string; readonly bytes: number }[] = [];
  for (const id of await readdir(folder)) {
    const key = await stat(path.join(folder, id, `${id}.zkey`)).catch(() => undefined);
    if (key !== undefined) found.push({ id, bytes: key.size });
  }
  if (found.length === 0)
    throw new Error(`BENCH_CIRCUITS is ${folder}, which has no NAME/NAME.zkey`);
  const sorted = found.toSorted((a, b) => a.bytes - b.bytes);
  return [builtIn, ...sorted.map(({ id }) => id)];
};

export const loadCircuit = (id: string): Promise<ProvingCircuit> =>
  id === builtIn ? loadMerkleProof() : fromFolder(process.env.BENCH_CIRCUITS ?? "", id);

const fromFolder = async (folder: string, id: string): Promise<ProvingCircuit> => {
  const file = (ending: string): string => path.join(folder, id, `${id}.${ending}`);
  const vkeyJson = await readFile(file("vkey.json"), "utf8");
  const zkey = await readFile(file("zkey"));
  return {
    id,
    curve: curveOf(JSON.parse(vkeyJson) as VerificationKey),
    domainSize: readZkey(zkey).domainSize,
    zkey,
    wtns: await readFile(file("wtns")),
    wasm: await readFile(file("wasm")),
    input: await readFile(path.join(folder, id, "input.json")),
    vkeyJson,
    publicSignals: JSON.parse(await readFile(file("public.json"), "utf8")) as readonly string[],
  };
};

const loadMerkleProof = async (): Promise<ProvingCircuit> => {
  const { id, wasm, zkey, vkey, signals } = await merkleProof();
  const vkeyJson = await readFile(vkey, "utf8");
  const key = JSON.parse(vkeyJson) as VerificationKey;
  const witness: MemoryFile = { type: "mem" };
  await witnesses.calculate(JSON.parse(signals) as CircuitInput, wasm, witness);
  if (witness.data === undefined) throw new Error(`snarkjs wrote no witness of ${id}`);
  // The first wire is 1; the public signals follow.
  const wires = await witnesses.exportJson(witness.data);
  const zkeyBytes = await readFile(zkey);
  return {
    id,
    curve: curveOf(key),
    domainSize: readZkey(zkeyBytes).domainSize,
    zkey: zkeyBytes,
    wtns: witness.data,
    wasm: await readFile(wasm),
    input: Buffer.from(signals),
    vkeyJson,
    publicSignals: wires.slice(1, 1 + key.nPublic).map(String),
  };
};

const curveOf = (key: VerificationKey): Curve => {
  const curve = curves.find((candidate) => candidate === key.curve);
  if (curve !== undefined) return curve;
  throw new Error(`a verification key's curve is ${key.curve}, not one of ${curves.join(", ")}`);
};
