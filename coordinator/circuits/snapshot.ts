/** What the registry answers from: one immutable picture of the table and the files, replaced as a whole. */
import type { Circuit } from "../../src/domain/circuit.ts";
import type { CircuitId } from "../../src/domain/ids.ts";
import { encodeManifest, signEntry } from "../../src/wire/manifest.ts";
import type { ArtifactKind } from "./artifact-store.ts";
import type { CircuitRow } from "./circuit-rows.ts";
import type { RegisteredCircuit } from "./registry.ts";
import type { SigningKey } from "./signing-key.ts";

export type Snapshot = {
  /** The newest version of each id that is neither removed nor without its files. */
  readonly current: readonly RegisteredCircuit[];
  readonly byId: ReadonlyMap<CircuitId, RegisteredCircuit>;
  /** Replaced versions too. */
  readonly byZkey: ReadonlyMap<string, RegisteredCircuit>;
  /** By zkey, removed ones too: what accepted proofs were made with, as long as its verification key is here. */
  readonly past: ReadonlyMap<string, Circuit>;
  /** Path by SHA-256: of verification keys, removed circuits' too. */
  readonly vkeys: ReadonlyMap<string, string>;
  /** Path by SHA-256 of what is served. */
  readonly artifacts: ReadonlyMap<string, string>;
  readonly manifest: string;
  /** Changes when the rest does. */
  readonly fingerprint: string;
};

export type SnapshotParts = {
  /** By id, then the newest first. */
  readonly rows: readonly CircuitRow[];
  readonly find: (digest: Circuit["zkey"]["sha256"], kind: ArtifactKind) => string | undefined;
  /** Failed its admission after the fact. */
  readonly isWithdrawn: (circuit: Circuit) => boolean;
  readonly signingKey: SigningKey | undefined;
};

export const takeSnapshot = (parts: SnapshotParts): Snapshot => {
  const artifacts = new Map<string, string>();
  const past = new Map<string, Circuit>();
  const vkeys = new Map<string, string>();
  const byZkey = new Map<string, RegisteredCircuit>();
  const byId = new Map<CircuitId, RegisteredCircuit>();
  for (const { circuit, builtIn, removed } of parts.rows) {
    if (parts.isWithdrawn(circuit)) continue;
    const vkey = parts.find(circuit.vkey.sha256, "vkey.json");
    if (vkey !== undefined) {
      past.set(circuit.zkey.sha256, circuit);
      vkeys.set(circuit.vkey.sha256, vkey);
    }
    if (removed || !findFiles(parts, circuit, artifacts)) continue;
    const registered = { circuit, builtIn, signed: parts.signingKey !== undefined };
    byZkey.set(circuit.zkey.sha256, registered);
    if (!byId.has(circuit.id)) byId.set(circuit.id, registered);
  }
  const served = [...byZkey.values()].map(({ circuit }) => circuit);
  return {
    current: [...byId.values()],
    byId,
    byZkey,
    past,
    vkeys,
    artifacts,
    manifest: encodeManifest(served.map((circuit) => entryOf(circuit, parts.signingKey))),
    fingerprint: JSON.stringify(served),
  };
};

/** False, and nothing noted, when one of the three is not on this machine. */
const findFiles = (
  { find }: SnapshotParts,
  { wasm, zkey, vkey }: Circuit,
  artifacts: Map<string, string>,
): boolean => {
  const found = [
    [wasm.sha256, find(wasm.sha256, "wasm")],
    [zkey.sha256, find(zkey.sha256, "zkey")],
    [vkey.sha256, find(vkey.sha256, "vkey.json")],
  ] as const;
  if (found.some(([, path]) => path === undefined)) return false;
  for (const [digest, path] of found) if (path !== undefined) artifacts.set(digest, path);
  return true;
};

const entryOf = (circuit: Circuit, key: SigningKey | undefined) =>
  key === undefined ? { circuit } : signEntry(circuit, key.secret);
