/** Real circuits for tests: those that ship with the project and, where the folder is there, the benchmark circuits. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { VerificationKey } from "snarkjs";
import { groth16 } from "snarkjs";
import { checkInput } from "../../../src/circuit/inputs/index.ts";
import type { Circuit, Curve } from "../../../src/domain/circuit.ts";
import { circuitId } from "../../../src/domain/ids.ts";
import { encodeProof } from "../../../src/wire/proof.ts";
import { readZkeyFile } from "../../circuits/admission.ts";
import { readBuiltIn } from "../../circuits/built-in.ts";
import { digestFile } from "../../circuits/digest.ts";
import { proofMemoryBytes } from "../../circuits/memory-estimate.ts";
import { silentLog } from "../../db/testing/silent-log.ts";
import { CoordinatorFailure } from "../../failure.ts";
import { loadCalculator } from "../calculator-cache.ts";
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
const benchCircuit = async (name: BenchName): Promise<RealCircuit> => {
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
  /** As an owner submits it. */
  readonly input: Uint8Array;
  readonly key: VerificationKey;
  readonly proof: Uint8Array;
  readonly publicSignals: readonly string[];
};

/** Proves a benchmark circuit's own witness: some seconds. */
export const benchProof = async (name: BenchName): Promise<RealProof> =>
  prove(await benchCircuit(name), {
    input: await readFile(benchFile(name, "input.json")),
    witness: benchFile(name, "wtns"),
  });

/** A circuit that ships with the project. */
export const builtInCircuit = async (id: string): Promise<RealCircuit> => {
  const folder = await readBuiltIn(builtInFolder, silentLog);
  const circuit = folder.circuits.find((candidate) => candidate.id === id);
  if (circuit === undefined) throw malformed(id);
  const paths = new Map([
    [circuit.wasm.sha256, folder.find(circuit.wasm.sha256, "wasm") ?? ""],
    [circuit.zkey.sha256, folder.find(circuit.zkey.sha256, "zkey") ?? ""],
    [circuit.vkey.sha256, folder.find(circuit.vkey.sha256, "vkey.json") ?? ""],
  ]);
  return { circuit, paths, vkeyJson: await readFile(paths.get(circuit.vkey.sha256) ?? "", "utf8") };
};

/** Proves a shipped circuit: a fraction of a second. */
export const builtInProof = async (
  id: string,
  input: Readonly<Record<string, unknown>>,
): Promise<RealProof> => {
  const real = await builtInCircuit(id);
  const bytes = Buffer.from(JSON.stringify(input));
  const form = checkInput(real.circuit, bytes);
  if (!form.ok) throw malformed(`${id}: ${form.problem}`);
  const wasmDigest = real.circuit.wasm.sha256;
  const calculator = await loadCalculator({
    wasmDigest,
    wasmPath: real.paths.get(wasmDigest) ?? "",
  });
  const witness = calculator.calculate(form.complete(randomBytes).signals).wtns;
  return prove(real, { input: bytes, witness });
};

/** Circuits and inputs that stand for a curve. */
export const proofOn: Readonly<Record<Curve, () => Promise<RealProof>>> = {
  bn128: () => builtInProof("range_proof", { value: "42", min: "0", max: "100" }),
  bls12381: () => builtInProof("addition_bls12381", { a: "2", b: "3" }),
};

type Proven = { readonly input: Uint8Array; readonly witness: string | Uint8Array };

const prove = async (real: RealCircuit, { input, witness }: Proven): Promise<RealProof> => {
  const { curve, zkey } = real.circuit;
  // Without it snarkjs starts threads, and asked for a single one it builds the curve anew for each proof.
  await installSingleThreadCurve(curve);
  const path = real.paths.get(zkey.sha256) ?? "";
  const { proof, publicSignals } = await groth16.prove(path, witness);
  const key = JSON.parse(real.vkeyJson) as VerificationKey;
  return { ...real, key, input, proof: encodeProof(curve, proof), publicSignals };
};

const malformed = (name: string): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: "internal",
    reason: "TEST_CIRCUIT",
    problem: `no test circuit ${name}`,
    remedy: "run npm run circuits",
  });
