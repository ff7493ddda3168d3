/**
 * Whether a wasm and a zkey may become a circuit here. In: two files. Out: all that the manifest says of them and the
 * verification key derived from the zkey. Fails by CoordinatorFailure with the rule that was broken; changes nothing.
 */
import { open } from "node:fs/promises";
import type { Curve, Setup } from "../../src/domain/circuit.ts";
import { CoordinatorFailure } from "../failure.ts";
import type { PoolOutcome, ThreadPool } from "../verify/thread-pool.ts";
import { fileSource } from "./byte-source.ts";
import type { FileDigest } from "./digest.ts";
import { digestFile, digestText } from "./digest.ts";
import type { Inspection, InspectionJob } from "./inspect-circuit.ts";
import { judgeKey } from "./key-rules.ts";
import { proofMemoryBytes } from "./memory-estimate.ts";
import { requireSameKey } from "./verification-key.ts";
import type { Zkey } from "./zkey.ts";
import { readZkey } from "./zkey.ts";

export type Inspector = ThreadPool<InspectionJob, Inspection>;

export type CircuitFiles = { readonly wasmPath: string; readonly zkeyPath: string };

/** What the files say of the circuit. */
export type AdmittedCircuit = {
  readonly curve: Curve;
  readonly constraints: number;
  readonly domainSize: number;
  /** Public signals. */
  readonly publics: number;
  readonly setup: Setup;
  readonly memoryBytes: number;
  readonly wasm: FileDigest;
  readonly zkey: FileDigest;
  readonly vkey: FileDigest;
  readonly vkeyJson: string;
  readonly warnings: readonly string[];
};

/** Admission of a circuit from outside: every check there is. */
export const admit = async (
  files: CircuitFiles,
  inspector: Inspector,
): Promise<AdmittedCircuit> => {
  const [wasm, zkeyDigest, zkey] = await Promise.all([
    digestFile(files.wasmPath),
    digestFile(files.zkeyPath),
    readZkeyFile(files.zkeyPath),
  ]);
  const { setup, warnings } = judgeKey(zkey);
  const vkeyJson = await inspectFiles(files, zkey, inspector);
  return {
    curve: zkey.curve,
    constraints: zkey.constraints,
    domainSize: zkey.domainSize,
    publics: zkey.publics,
    setup,
    memoryBytes: proofMemoryBytes(zkeyDigest.bytes, zkey.domainSize),
    wasm,
    zkey: zkeyDigest,
    vkey: digestText(vkeyJson),
    vkeyJson,
    warnings,
  };
};

export const readZkeyFile = async (path: string): Promise<Zkey> => {
  const handle = await open(path);
  try {
    return await readZkey(await fileSource(handle));
  } finally {
    await handle.close();
  }
};

/** Runs the wasm far enough to compare it with the zkey. Returns snarkjs's export of the verification key. */
export const inspectFiles = async (
  files: CircuitFiles,
  zkey: Zkey,
  inspector: Inspector,
): Promise<string> => {
  const outcome = await inspector.run({ ...files, curve: zkey.curve });
  const inspection = requireInspection(outcome);
  if (inspection.curve !== zkey.curve) {
    throw mismatch(
      "WASM_CURVE",
      `the wasm is compiled for ${inspection.curve}, the zkey is for ${zkey.curve}`,
    );
  }
  if (inspection.witnessSize !== zkey.variables) {
    throw mismatch(
      "WASM_WITNESS_SIZE",
      `the wasm computes ${inspection.witnessSize} wires, the zkey has ${zkey.variables}`,
    );
  }
  requireSameKey(zkey, inspection.vkeyJson);
  return inspection.vkeyJson;
};

type Inspected = Extract<Inspection, { ok: true }>;

const requireInspection = (outcome: PoolOutcome<Inspection>): Inspected => {
  if (outcome.kind !== "done") {
    const why = outcome.kind === "full" ? "too many circuits are being added" : outcome.why;
    throw new CoordinatorFailure({
      kind: "unavailable",
      reason: "INSPECTION_LOST",
      field: "wasm",
      problem: `the circuit could not be inspected: ${why}`,
      remedy: "try again; a wasm that does not come back from its first calls cannot be added",
    });
  }
  const { result } = outcome;
  if (result.ok) return result;
  throw new CoordinatorFailure({
    kind: "invalid",
    reason: result.field === "wasm" ? "WASM_FOREIGN" : "ZKEY_UNREADABLE",
    field: result.field,
    problem: result.problem,
    remedy:
      result.field === "wasm"
        ? "give the .wasm that circom 2 compiled from the zkey's circuit"
        : "give the .zkey that snarkjs wrote",
  });
};

const mismatch = (reason: string, problem: string): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: "invalid",
    reason,
    field: "wasm",
    problem,
    remedy: "give the wasm and the zkey of one and the same compilation",
  });
