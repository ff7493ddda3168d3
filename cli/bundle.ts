/** A proof as files: proof.json, public.json and vkey.json in snarkjs's format, and proof.bin, the canonical bytes. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { curves } from "../src/domain/circuit.ts";
import type { GetProofResponse } from "../src/gen/proving/v1/job_pb.ts";
import { decodeProof } from "../src/wire/proof.ts";
import { CliFailure, usage } from "./failure.ts";

export const bundleNames = {
  proof: "proof.json",
  publicSignals: "public.json",
  vkey: "vkey.json",
  bytes: "proof.bin",
} as const;

/** Writes the four files into a folder, which it makes. */
export const writeBundle = async (folder: string, proof: GetProofResponse): Promise<void> => {
  const curve = curves.find((known) => known === proof.curve);
  if (curve === undefined) {
    const message = `the proof is on "${proof.curve}", a curve that this program does not know; update it`;
    throw new CliFailure({ exit: "internal", message });
  }
  await mkdir(folder, { recursive: true });
  const files: readonly (readonly [string, string | Uint8Array])[] = [
    [bundleNames.proof, pretty(decodeProof(curve, proof.proofData))],
    [bundleNames.publicSignals, pretty(proof.publicSignals)],
    [bundleNames.vkey, pretty(JSON.parse(proof.vkeyJson))],
    [bundleNames.bytes, proof.proofData],
  ];
  await Promise.all(files.map(([name, content]) => writeFile(path.join(folder, name), content)));
};

const pretty = (value: unknown): string => `${JSON.stringify(value, undefined, 1)}\n`;

export type RawBundle = {
  readonly proof: unknown;
  readonly publicSignals: unknown;
  readonly vkey: unknown;
  readonly bytes: Uint8Array;
};

/** @throws CliFailure "usage" for a file that is missing or not JSON. */
export const readBundle = async (folder: string): Promise<RawBundle> => ({
  proof: await readJson(folder, bundleNames.proof),
  publicSignals: await readJson(folder, bundleNames.publicSignals),
  vkey: await readJson(folder, bundleNames.vkey),
  bytes: await read(folder, bundleNames.bytes),
});

const read = async (folder: string, name: string): Promise<Uint8Array> => {
  try {
    return await readFile(path.join(folder, name));
  } catch (cause) {
    const all = Object.values(bundleNames).join(", ");
    throw usage(`${folder}: cannot read ${name}; the folder must hold ${all}`, cause);
  }
};

const readJson = async (folder: string, name: string): Promise<unknown> => {
  const text = new TextDecoder().decode(await read(folder, name));
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw usage(`${path.join(folder, name)}: not JSON`, cause);
  }
};
