/** Real circuits for tests: those that ship with the project and, where the folder is there, the benchmark circuits. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { VerificationKey } from "snarkjs";
import { groth16 } from "snarkjs";
import type { Circuit, Curve } from "../../../src/domain/circuit.ts";
import { circuitId } from "../../../src/domain/ids.ts";
import { encodeProof } from "../../../src/wire/proof.ts";
import { readZkeyFile } from "../../circuits/admission.ts";
import { digestFile } from "../../circuits/digest.ts";
import { proofMemoryBytes } from "../../circuits/memory-estimate.ts";
import { CoordinatorFailure } from "../../failure.ts";
import { installSingleThreadCurve } from "../single-thread-curve.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** public/circuits: built by `npm run circuits`. */
export const builtInFolder = join(root, "public", "circuits");

const benchFolder = process.env.BENCH_CIRCUITS ?? join(root, "..", "shared", "circuits");

export type BenchName = "semaphore20" | "c14" | "b14";

/** Whether a benchmark circuit is there; says so when it is not. */
export const hasBench = (name: BenchName): boolean => {
  const there = existsSync(join(benchFolder, name, `${name}.zkey`));
  if (!there) {
    process.stdout.write(
      `skipped: no ${name} in ${benchFolder} (BENCH_CIRCUITS names the folder)\n`,
    );
  }
  return there;
};

export const benchFile = (name: BenchName, ending: string): string =>
  ending === "input.json"
    ? join(benchFolder, name, ending)
    : join(benchFolder, name, `${name}.${ending}`);

export type RealCircuit = {
  readonly circuit: Circuit;
  readonly vkeyJson: string;
  readonly paths: ReadonlyMap<string, string>;
};

/** A benchmark circuit as its manifest entry would have it, its version 1. */
export const benchCircuit = async (name: BenchName): Promise<RealCircuit> => {
  const files = { wasm: "wasm", zkey: "zkey", vkey: "vkey.json" } as const;
  const artifact = async (ending: string) => {
    const path = benchFile(name, ending);
    const digest = await digestFile(path);
    return { path, artifact: { ...digest, url: `${digest.sha256}.${ending}` } };
  };
  const [wasm, zkey, vkey, key] = await Promise.all([
    artifact(files.wasm),
    artifact(files.zkey),
    artifact(files.vkey),
    readZkeyFile(benchFile(name, files.zkey)),
  ]);
  const id = circuitId(name);
  if (id === undefined) throw malformed(name);
  return {
    circuit: {
      id,
      version: 1,
      curve: key.curve,
      constraints: key.constraints,
      domainSize: key.domainSize,
      publicSignals: Array.from({ length: key.publics }, (_, index) => `out[${index}]`),
      setup: key.contributions.secret > 0 ? "ceremony" : "development",
      memoryBytes: proofMemoryBytes(zkey.artifact.bytes, key.domainSize),
      wasm: wasm.artifact,
      zkey: zkey.artifact,
      vkey: vkey.artifact,
    },
    vkeyJson: await readFile(vkey.path, "utf8"),
    paths: new Map([wasm, zkey, vkey].map(({ path, artifact: { sha256 } }) => [sha256, path])),
  };
};

export type RealProof = RealCircuit & {
  readonly key: VerificationKey;
  readonly proof: Uint8Array;
  readonly publicSignals: readonly string[];
};

/** Proves a benchmark circuit's own witness: some seconds. */
export const benchProof = async (name: BenchName): Promise<RealProof> => {
  const real = await benchCircuit(name);
  const { curve } = real.circuit;
  await installSingleThreadCurve(curve);
  const { proof, publicSignals } = await groth16.prove(
    benchFile(name, "zkey"),
    benchFile(name, "wtns"),
    undefined,
    { singleThread: true },
  );
  const key = JSON.parse(real.vkeyJson) as VerificationKey;
  return { ...real, key, proof: encodeProof(curve, proof), publicSignals };
};

/** The benchmark circuit that stands for a curve: the smallest of it. */
export const benchOf: Readonly<Record<Curve, BenchName>> = {
  bn128: "semaphore20",
  bls12381: "b14",
};

const malformed = (name: string): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: "internal",
    reason: "TEST_CIRCUIT",
    problem: `${name} is no circuit id`,
    remedy: "rename it",
  });
