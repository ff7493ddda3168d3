/**
 * npm run circuits: compiles every circuit of the catalog, makes its development keys, proves its vectors and writes
 * public/circuits. npm run circuits:check does the same and compares with what is there.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { hexToBytes } from "@noble/hashes/utils.js";
import type { Artifact, Circuit } from "../src/domain/circuit.ts";
import { circuitId, sha256 } from "../src/domain/ids.ts";
import { encodeManifest, signEntry } from "../src/wire/manifest.ts";
import { requireBound } from "./bound.ts";
import { catalog } from "./catalog.ts";
import type { Source } from "./catalog.ts";
import { compile } from "./compile.ts";
import { endWorkers, makeKeys } from "./setup.ts";
import { checkVectors, readVectors } from "./vectors.ts";

/** What a clone may spend on circuits before it has proven anything. */
const MAX_TOTAL_BYTES = 8 * 2 ** 20;

const target = fileURLToPath(new URL("../public/circuits/", import.meta.url));
const signingKey = fileURLToPath(new URL("development-signing-key.json", import.meta.url));

/** File name to content. */
type Files = Map<string, Uint8Array>;

const main = async (): Promise<void> => {
  const files: Files = new Map();
  const circuits: Circuit[] = [];
  for (const source of catalog) circuits.push(await build(source, files));
  await endWorkers();
  const { secretKey } = JSON.parse(await readFile(signingKey, "utf8")) as { secretKey: string };
  const entries = circuits.map((circuit) => signEntry(circuit, hexToBytes(secretKey)));
  files.set("manifest.json", new TextEncoder().encode(encodeManifest(entries)));
  requireSize(files);
  await (process.argv.includes("--check") ? compare(files) : publish(files));
};

const build = async (source: Source, files: Files): Promise<Circuit> => {
  const id = circuitId(source.id);
  if (id === undefined) throw new Error(`"${source.id}" is no circuit id`);
  const { wasm, r1cs, constraints, publicSignals } = await compile(source);
  const { zkey, vkey, domainSize } = await makeKeys(id, source.curve, r1cs);
  const circuit: Circuit = {
    id,
    version: source.version,
    curve: source.curve,
    constraints,
    domainSize,
    publicSignals,
    setup: "development",
    memoryBytes: source.memoryBytes,
    wasm: keep(files, wasm, "wasm"),
    zkey: keep(files, zkey, "zkey"),
    vkey: keep(files, new TextEncoder().encode(`${JSON.stringify(vkey, null, 1)}\n`), "vkey.json"),
  };
  const vectors = await readVectors(id);
  const witness = await checkVectors({ circuit, wasm, zkey, vkey }, vectors);
  await requireBound(id, r1cs, witness);
  const peak = await peakMemory(zkey, witness.wtns);
  say(circuit, peak);
  if (peak > source.memoryBytes) throw new Error(`${id} needs ${peak} bytes: say so in catalog.ts`);
  return circuit;
};

const keep = (files: Files, content: Uint8Array, extension: string): Artifact => {
  const digest = sha256(createHash("sha256").update(content).digest("hex"));
  if (digest === undefined) throw new Error("SHA-256 gave no 64 hex digits");
  const url = `${digest}.${extension}`;
  files.set(url, content);
  return { url, bytes: content.length, sha256: digest };
};

const peakMemory = async (zkey: Uint8Array, wtns: Uint8Array): Promise<number> => {
  const folder = await mkdtemp(join(tmpdir(), "prove-at-home-measure-"));
  try {
    const [zkeyPath, wtnsPath] = [join(folder, "zkey"), join(folder, "wtns")];
    await writeFile(zkeyPath, zkey);
    await writeFile(wtnsPath, wtns);
    const program = fileURLToPath(new URL("measure.mjs", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [program, zkeyPath, wtnsPath]);
    return Number(stdout);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const say = (circuit: Circuit, peak: number): void => {
  const { id, constraints, domainSize, wasm, zkey } = circuit;
  const memory = `peak ${(peak / 2 ** 20).toFixed(0)} MiB`;
  console.log(
    `${id}: ${constraints} constraints, domain ${domainSize}, wasm ${wasm.bytes}, zkey ${zkey.bytes} bytes, ${memory}`,
  );
};

const requireSize = (files: Files): void => {
  const total = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  console.log(`${files.size} files, ${total} bytes together`);
  if (total > MAX_TOTAL_BYTES) throw new Error(`more than ${MAX_TOTAL_BYTES} bytes`);
};

const publish = async (files: Files): Promise<void> => {
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  for (const [name, content] of files) await writeFile(join(target, name), content);
  console.log("public/circuits is written");
};

const compare = async (files: Files): Promise<void> => {
  const there = await readdir(target);
  const stale = there.filter((name) => !files.has(name));
  const missing = [...files.keys()].filter((name) => !there.includes(name));
  const changed: string[] = [];
  for (const [name, content] of files) {
    if (!there.includes(name)) continue;
    if (Buffer.compare(content, await readFile(join(target, name))) !== 0) changed.push(name);
  }
  if (stale.length + missing.length + changed.length === 0) {
    console.log("public/circuits is what its sources make");
    return;
  }
  console.error("public/circuits differs from its sources; run npm run circuits", {
    stale,
    missing,
    changed,
  });
  process.exitCode = 1;
};

await main();
