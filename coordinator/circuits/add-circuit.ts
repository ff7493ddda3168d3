/** Adds a circuit: admission, files, row, in this order, so that a row never lacks its files. */
import type { Circuit } from "../../src/domain/circuit.ts";
import type { CircuitId } from "../../src/domain/ids.ts";
import type { Pool } from "../db/pool.ts";
import { CoordinatorFailure } from "../failure.ts";
import type { AdmittedCircuit, Inspector } from "./admission.ts";
import { admit } from "./admission.ts";
import type { ArtifactKind, ArtifactStore } from "./artifact-store.ts";
import { artifactName } from "./artifact-store.ts";
import type { InsertOutcome, UnnumberedCircuit } from "./circuit-rows.ts";
import { insertCircuit, readCircuits } from "./circuit-rows.ts";
import type { FileDigest } from "./digest.ts";
import { nameSignals, requireId } from "./new-circuit.ts";
import type { Admission, NewCircuit } from "./registry.ts";

export type AddParts = {
  readonly sql: Pool;
  readonly store: ArtifactStore;
  readonly inspector: Inspector;
};

export type Addition =
  | { readonly admitted: true; readonly circuit: Circuit; readonly warnings: readonly string[] }
  | Extract<Admission, { admitted: false }>;

/** Never rejects for what the files or words are; only for what the disk or the database does. */
export const addCircuit = async (parts: AddParts, files: NewCircuit): Promise<Addition> => {
  try {
    const id = requireId(files.id);
    // Before hashing megabytes for nothing; the insert looks again, under its lock.
    await requireFree(parts.sql, id, files.replace);
    const admitted = await admit(files, parts.inspector);
    const entry = entryOf(id, admitted, nameSignals(files.publicSignals, admitted.publics));
    await storeFiles(parts.store, files, admitted);
    const outcome = await insertCircuit(parts.sql, {
      circuit: entry,
      builtIn: false,
      replace: files.replace,
    });
    if (outcome.kind !== "inserted") throw refusal(id, outcome);
    return { admitted: true, circuit: outcome.circuit, warnings: admitted.warnings };
  } catch (failure) {
    if (!(failure instanceof CoordinatorFailure) || failure.kind === "internal") throw failure;
    const { reason, field, problem, remedy } = failure;
    return { admitted: false, rule: reason, field, problem, remedy };
  }
};

const requireFree = async (sql: Pool, id: CircuitId, replace: boolean): Promise<void> => {
  const rows = (await readCircuits(sql)).filter((row) => row.circuit.id === id);
  if (rows.some((row) => row.builtIn)) throw refusal(id, { kind: "built-in" });
  if (!replace && rows.some((row) => !row.removed)) throw refusal(id, { kind: "exists" });
};

const entryOf = (
  id: CircuitId,
  admitted: AdmittedCircuit,
  publicSignals: readonly string[],
): UnnumberedCircuit => {
  const { curve, constraints, domainSize, setup, memoryBytes, wasm, zkey, vkey } = admitted;
  return {
    id,
    curve,
    constraints,
    domainSize,
    publicSignals,
    setup,
    memoryBytes,
    wasm: artifact(wasm, "wasm"),
    zkey: artifact(zkey, "zkey"),
    vkey: artifact(vkey, "vkey.json"),
  };
};

/** Relative to the manifest, which lies beside the artifacts. */
const artifact = ({ sha256, bytes }: FileDigest, kind: ArtifactKind) => ({
  url: artifactName(sha256, kind),
  bytes,
  sha256,
});

const storeFiles = async (
  store: ArtifactStore,
  files: NewCircuit,
  { wasm, zkey, vkey, vkeyJson }: AdmittedCircuit,
): Promise<void> => {
  await store.takeOver(files.wasmPath, wasm.sha256, "wasm");
  await store.takeOver(files.zkeyPath, zkey.sha256, "zkey");
  await store.write(vkeyJson, vkey.sha256, "vkey.json");
};

const refusal = (
  id: CircuitId,
  outcome: Exclude<InsertOutcome, { kind: "inserted" }>,
): CoordinatorFailure => {
  switch (outcome.kind) {
    case "exists":
      return new CoordinatorFailure({
        kind: "exists",
        reason: "CIRCUIT_EXISTS",
        field: "id",
        problem: `there is a circuit ${id} already`,
        remedy: "choose another id, or give --replace to make this its next version",
      });
    case "built-in":
      return new CoordinatorFailure({
        kind: "exists",
        reason: "CIRCUIT_BUILT_IN",
        field: "id",
        problem: `${id} is a circuit that ships with the coordinator`,
        remedy: "choose another id",
      });
    case "zkey-taken":
      return new CoordinatorFailure({
        kind: "exists",
        reason: "ZKEY_TAKEN",
        field: "zkey",
        problem: `this zkey belongs to the circuit ${outcome.by} already`,
        remedy: `use ${outcome.by}, or remove it first`,
      });
  }
};
