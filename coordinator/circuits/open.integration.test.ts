import { copyFile, cp, mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { circuitId } from "../../src/domain/ids.ts";
import { parseManifest, verifyEntry } from "../../src/wire/manifest.ts";
import type { Database } from "../db/open.ts";
import { openTestDatabase } from "../db/testing/database.ts";
import { silentLog } from "../db/testing/silent-log.ts";
import { benchFile, builtInFolder, hasBench } from "../verify/testing/real-circuits.ts";
import type { BenchName } from "../verify/testing/real-circuits.ts";
import { digestFile } from "./digest.ts";
import type { OpenRegistry } from "./open.ts";
import { openCircuitRegistry } from "./open.ts";
import type { NewCircuit } from "./registry.ts";

const idOf = (text: string) => {
  const id = circuitId(text);
  if (id === undefined) throw new TypeError(text);
  return id;
};
const builtInIds = ["addition", "addition_bls12381", "merkle_proof", "range_proof"];

describe("the circuit registry", () => {
  let database: Database;
  let dataFolder: string;
  let shipped: string;
  const opened: OpenRegistry[] = [];

  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.sql`truncate circuits cascade`;
    dataFolder = await mkdtemp(join(tmpdir(), "prove-at-home-registry-"));
    shipped = join(dataFolder, "public");
    await cp(builtInFolder, shipped, { recursive: true });
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((registry) => registry.close()));
    await rm(dataFolder, { recursive: true });
  });

  const open = async (): Promise<OpenRegistry> => {
    const registry = await openCircuitRegistry({
      database,
      dataFolder,
      builtInFolder: shipped,
      log: silentLog,
    });
    opened.push(registry);
    return registry;
  };
  const ids = (registry: OpenRegistry) =>
    registry
      .current()
      .map(({ circuit }) => circuit.id)
      .sort();
  const trust = (registry: OpenRegistry) =>
    parseManifest(registry.manifest()).entries.map((entry) =>
      verifyEntry(entry, [registry.signingKey]),
    );
  const newCircuit = async (
    name: BenchName,
    options: Partial<NewCircuit> = {},
  ): Promise<NewCircuit> => {
    const wasmPath = join(dataFolder, "upload.wasm");
    const zkeyPath = join(dataFolder, "upload.zkey");
    await copyFile(benchFile(name, "wasm"), wasmPath);
    await copyFile(benchFile(name, "zkey"), zkeyPath);
    return { id: name, wasmPath, zkeyPath, publicSignals: [], replace: false, ...options };
  };

  it("serves the shipped circuits, signed by its own key, cold and warm", async () => {
    const began = performance.now();
    const cold = await open();
    const coldMs = performance.now() - began;
    expect(ids(cold)).toEqual(builtInIds);
    expect(parseManifest(cold.manifest()).problems).toEqual([]);
    expect(trust(cold)).toEqual(builtInIds.map(() => "signed"));
    expect((await stat(join(dataFolder, "keys", "manifest-signing.key"))).mode & 0o777).toBe(0o600);
    await cold.settled;
    expect(ids(cold)).toEqual(builtInIds);
    const manifest = cold.manifest();

    const beganAgain = performance.now();
    const warm = await open();
    const warmMs = performance.now() - beganAgain;
    process.stdout.write(
      `registry open: cold ${Math.round(coldMs)} ms, warm ${Math.round(warmMs)} ms\n`,
    );
    expect(warm.manifest()).toBe(manifest);
    // Its share of the start is 1 s; a machine that runs other tests beside this one gets three times that.
    expect(coldMs).toBeLessThan(3_000);
  });

  it("finds each file by its digest, and the verification key unchanged", async () => {
    const registry = await open();
    for (const { circuit, builtIn } of registry.current()) {
      expect(builtIn).toBe(true);
      expect(registry.byZkey(circuit.zkey.sha256)?.circuit).toEqual(circuit);
      for (const { sha256, bytes } of [circuit.wasm, circuit.zkey, circuit.vkey]) {
        expect(await digestFile(registry.artifactPath(sha256) ?? "")).toEqual({ sha256, bytes });
      }
      expect(JSON.parse(await registry.vkeyJson(circuit))).toMatchObject({ curve: circuit.curve });
    }
    expect(registry.artifactPath("0".repeat(64))).toBeUndefined();
  });

  it("leaves out a shipped circuit whose file is damaged", async () => {
    const registry = await open();
    const addition = registry.byId(idOf("addition"));
    await registry.settled;
    await rm(join(dataFolder, "artifacts"), { recursive: true });
    await database.sql`truncate circuits cascade`;
    await truncate(join(shipped, `${addition?.circuit.zkey.sha256 ?? ""}.zkey`), 1000);
    expect(ids(await open())).toEqual(builtInIds.filter((id) => id !== "addition"));
  });

  it("withdraws a shipped circuit whose wasm turns out to be another's", async () => {
    const manifest = await readFile(join(shipped, "manifest.json"), "utf8");
    const { entries } = parseManifest(manifest);
    const wasmOf = (id: string) =>
      entries.find(({ circuit }) => circuit.id === id)?.circuit.wasm.sha256 ?? "";
    await writeFile(
      join(shipped, "manifest.json"),
      manifest.replaceAll(wasmOf("addition"), wasmOf("range_proof")),
    );
    const registry = await open();
    await registry.settled;
    await expect
      .poll(() => ids(registry), { timeout: 10_000 })
      .toEqual(builtInIds.filter((id) => id !== "addition"));
  });

  it("serves unsigned entries when its signing key is unreadable", async () => {
    await (
      await open()
    ).settled;
    await writeFile(join(dataFolder, "keys", "manifest-signing.key"), "not a key");
    const registry = await open();
    expect(registry.signingKey).toBe("");
    expect(registry.current().map(({ signed }) => signed)).toEqual(builtInIds.map(() => false));
    expect(trust(registry)).toEqual(builtInIds.map(() => "unsigned"));
  });

  it.skipIf(!hasBench("c14"))(
    "adds, replaces and removes a circuit, and tells the other replica",
    async () => {
      const registry = await open();
      const replica = await open();
      let changes = 0;
      const stopListening = replica.onChange(() => (changes += 1));

      const added = await registry.add(await newCircuit("c14"));
      expect(added).toMatchObject({
        admitted: true,
        circuit: {
          circuit: { id: "c14", version: 1, setup: "development" },
          builtIn: false,
          signed: true,
        },
        warnings: [expect.stringContaining("FORGEABLE")],
      });
      const [first] = parseManifest(registry.manifest()).entries.filter(
        ({ circuit }) => circuit.id === "c14",
      );
      expect(first?.circuit.publicSignals).toEqual([
        "out[0]",
        "out[1]",
        "out[2]",
        "out[3]",
        "out[4]",
        "out[5]",
      ]);
      await expect
        .poll(() => replica.byId(idOf("c14"))?.circuit.version, { timeout: 5_000 })
        .toBe(1);
      expect(changes).toBe(1);

      expect(await registry.add(await newCircuit("c14"))).toMatchObject({
        admitted: false,
        rule: "CIRCUIT_EXISTS",
      });
      const again = await registry.add(
        await newCircuit("c14", { replace: true, publicSignals: ["a", "b", "c", "d", "e", "f"] }),
      );
      expect(again).toMatchObject({ admitted: true, circuit: { circuit: { version: 2 } } });
      expect(await registry.add(await newCircuit("c14", { id: "twin" }))).toMatchObject({
        admitted: false,
        rule: "ZKEY_TAKEN",
      });

      expect(await registry.remove(idOf("c14"))).toBe("removed");
      expect(await registry.remove(idOf("c14"))).toBe("unknown");
      expect(ids(registry)).toEqual(builtInIds);
      // Proofs that it has made stay good, also after a restart.
      const { circuit: removed } = again.admitted ? again.circuit : expect.unreachable();
      const { zkey, vkey } = removed;
      const later = await open();
      expect(later.byZkey(zkey.sha256)).toBeUndefined();
      expect(later.artifactPath(vkey.sha256)).toBeUndefined();
      expect(later.past(zkey.sha256)).toEqual(removed);
      expect(JSON.parse(await later.vkeyJson(removed))).toMatchObject({ protocol: "groth16" });
      await expect.poll(() => ids(replica), { timeout: 5_000 }).toEqual(builtInIds);
      stopListening();
    },
  );

  it.skipIf(!hasBench("semaphore20"))("keeps an added circuit over a restart", async () => {
    const registry = await open();
    expect(await registry.add(await newCircuit("semaphore20"))).toMatchObject({
      admitted: true,
      warnings: [],
    });
    await registry.close();
    const circuit = (await open()).byId(idOf("semaphore20"));
    expect(circuit).toMatchObject({ signed: true, builtIn: false, circuit: { setup: "ceremony" } });
  });

  it.skipIf(!hasBench("semaphore20"))(
    "refuses what it must, by rule and field, and keeps nothing of it",
    async () => {
      const registry = await open();
      expect(await registry.remove(idOf("addition"))).toBe("built-in");
      const refusals: readonly (readonly [Partial<NewCircuit>, string, string])[] = [
        [{ id: "Bad-Id" }, "CIRCUIT_ID_FORM", "id"],
        [{ id: "addition" }, "CIRCUIT_BUILT_IN", "id"],
        [{ id: "addition", replace: true }, "CIRCUIT_BUILT_IN", "id"],
        [{ publicSignals: ["only one"] }, "PUBLIC_SIGNALS_FORM", "public_signals"],
        [{ wasmPath: benchFile("semaphore20", "zkey") }, "WASM_FOREIGN", "wasm"],
        [{ zkeyPath: benchFile("semaphore20", "wasm") }, "ZKEY_FOREIGN", "zkey"],
      ];
      for (const [options, rule, field] of refusals) {
        const outcome = await registry.add(await newCircuit("semaphore20", options));
        expect(outcome).toMatchObject({ admitted: false, rule, field });
      }
      expect(ids(registry)).toEqual(builtInIds);
    },
  );
});
