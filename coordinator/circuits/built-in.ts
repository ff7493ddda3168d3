/**
 * The circuits that ship with the coordinator. They pass the same admission as any other: what costs milliseconds before
 * the first start is over, what takes a thread and a second behind it, both once per digest (DATA_DIR/artifacts/admitted.json).
 */
import { randomBytes } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Circuit } from "../../src/domain/circuit.ts";
import { parseManifest } from "../../src/wire/manifest.ts";
import { CoordinatorFailure } from "../failure.ts";
import type { Log } from "../log.ts";
import type { Inspector } from "./admission.ts";
import { inspectFiles, readZkeyFile } from "./admission.ts";
import type { ArtifactKind } from "./artifact-store.ts";
import { digestFile } from "./digest.ts";
import { judgeKey } from "./key-rules.ts";
import { requireSameKey } from "./verification-key.ts";
import type { Zkey } from "./zkey.ts";
import { isSystemError } from "./system-error.ts";

export type BuiltInFolder = {
  readonly circuits: readonly Circuit[];
  readonly find: (digest: string, kind: ArtifactKind) => string | undefined;
};

/** Reads the shipped manifest. A malformed entry is logged and left out; no folder means no circuits. */
export const readBuiltIn = async (folder: string, log: Log): Promise<BuiltInFolder> => {
  const find = (digest: string, kind: ArtifactKind): string | undefined => {
    const path = join(folder, `${digest}.${kind}`);
    return existsSync(path) ? path : undefined;
  };
  const text = await readIfThere(join(folder, "manifest.json"));
  if (text === undefined) {
    log.warn("no built-in circuits", { folder });
    return { circuits: [], find };
  }
  const { entries, problems } = parseManifest(text);
  for (const problem of problems) log.error("built-in circuit left out", { problem });
  return { circuits: entries.map(({ circuit }) => circuit), find };
};

/** Milliseconds per circuit: digests, the zkey's header, the verification key's rules, and that vkey and zkey agree. */
export const admitQuickly = async (folder: BuiltInFolder, circuit: Circuit): Promise<void> => {
  const { wasm, zkey, vkey } = pathsOf(folder, circuit);
  await Promise.all([
    requireDigest(wasm, circuit.wasm.sha256),
    requireDigest(zkey, circuit.zkey.sha256),
    requireDigest(vkey, circuit.vkey.sha256),
  ]);
  const key = await readZkeyFile(zkey);
  requireFacts(circuit, key);
  const { setup } = judgeKey(key);
  if (circuit.setup === "ceremony" && setup !== "ceremony") {
    throw unsound(circuit, "claims a ceremony that its zkey does not show");
  }
  requireSameKey(key, await readFile(vkey, "utf8"));
};

/** About a second per circuit: the wasm runs in a thread, and snarkjs exports the key once more. */
export const admitThoroughly = async (
  folder: BuiltInFolder,
  circuit: Circuit,
  inspector: Inspector,
): Promise<void> => {
  const { wasm, zkey } = pathsOf(folder, circuit);
  const key = await readZkeyFile(zkey);
  await inspectFiles({ wasmPath: wasm, zkeyPath: zkey }, key, inspector);
};

const pathsOf = (folder: BuiltInFolder, circuit: Circuit) => {
  const path = (digest: string, kind: ArtifactKind): string => {
    const found = folder.find(digest, kind);
    if (found === undefined) throw unsound(circuit, `lacks its file ${digest}.${kind}`);
    return found;
  };
  return {
    wasm: path(circuit.wasm.sha256, "wasm"),
    zkey: path(circuit.zkey.sha256, "zkey"),
    vkey: path(circuit.vkey.sha256, "vkey.json"),
  };
};

const requireDigest = async (path: string, wanted: string): Promise<void> => {
  const found = await digestFile(path);
  if (found.sha256 === wanted) return;
  throw new CoordinatorFailure({
    kind: "precondition",
    reason: "ARTIFACT_DIGEST",
    problem: `${path} hashes to ${found.sha256}`,
    remedy: "restore the file from the release",
  });
};

const requireFacts = (circuit: Circuit, key: Zkey): void => {
  const agrees =
    circuit.curve === key.curve &&
    circuit.domainSize === key.domainSize &&
    circuit.constraints === key.constraints &&
    circuit.publicSignals.length === key.publics;
  if (!agrees) {
    throw unsound(
      circuit,
      `says ${circuit.curve}, ${circuit.constraints} constraints, domain ${circuit.domainSize}, ${circuit.publicSignals.length} public signals; its zkey says ${key.curve}, ${key.constraints}, ${key.domainSize}, ${key.publics}`,
    );
  }
};

const unsound = (circuit: Circuit, how: string): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: "precondition",
    reason: "BUILT_IN_UNSOUND",
    problem: `the built-in circuit ${circuit.id} ${how}`,
    remedy: "restore public/circuits from the release or run npm run circuits",
  });

/** Raise it when the rules change: everything is then checked again. */
const RULES = 1;

export type AdmissionCache = {
  readonly has: (circuit: Circuit, depth: AdmissionDepth) => boolean;
  readonly add: (circuit: Circuit, depth: AdmissionDepth) => Promise<void>;
};

type AdmissionDepth = "quick" | "thorough";

/** Which files passed, by digest. Losing it costs a check, nothing else. */
export const openAdmissionCache = async (folder: string): Promise<AdmissionCache> => {
  const path = join(folder, "admitted.json");
  const known = new Set(parseCache((await readIfThere(path)) ?? ""));
  return {
    has: (circuit, depth) => known.has(keyOf(circuit, depth)),
    add: async (circuit, depth) => {
      known.add(keyOf(circuit, depth));
      // Another coordinator, also of this process, may write at the same time.
      const draft = `${path}.${randomBytes(8).toString("hex")}`;
      await writeFile(draft, JSON.stringify([...known]));
      await rename(draft, path);
    },
  };
};

const keyOf = ({ wasm, zkey, vkey }: Circuit, depth: AdmissionDepth): string =>
  [RULES, depth, wasm.sha256, zkey.sha256, vkey.sha256].join(":");

const parseCache = (text: string): readonly string[] => {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
  } catch {
    // Cut short by a crash: everything is checked again.
    return [];
  }
};

const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, "utf8");
  } catch (reason) {
    if (isSystemError(reason, "ENOENT")) return undefined;
    throw reason;
  }
};
