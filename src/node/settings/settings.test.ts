import { describe, expect, it } from "vitest";
import { NodeFailure } from "../../domain/failure.ts";
import { seededRandom } from "../../testing/random.ts";
import { MemoryStore } from "../../testing/storage.ts";
import { SettingsKeeper } from "./settings.ts";

type Setup = {
  readonly config?: unknown;
  readonly cores?: number;
  /** Why config.json cannot be read. */
  readonly unread?: NodeFailure;
};

const offline = new NodeFailure("unreachable", "offline");

const keeperOf = (
  { config, cores = 4, unread }: Setup = {},
  store: Pick<MemoryStore, "values"> = new MemoryStore(),
) =>
  new SettingsKeeper({
    store: store.values,
    readConfig: () => (unread === undefined ? Promise.resolve(config) : Promise.reject(unread)),
    cores,
    random: seededRandom(1),
  });

const fromUrl = async (urlOptions: Readonly<Record<string, string>>, setup: Setup = {}) =>
  (await keeperOf(setup).load(urlOptions)).effective;

describe("settings", () => {
  it.each([
    [1, 1],
    [2, 1],
    [4, 3],
    [16, 15],
  ])("on %i cores default to %i provers", async (cores, expected) => {
    expect((await fromUrl({}, { cores })).values.concurrency).toBe(expected);
  });

  it("have the original's defaults", async () => {
    const { values, problems } = await fromUrl({});
    expect(values).toMatchObject({
      coordinatorAddress: "",
      heartbeatIntervalMs: 5_000,
      keepaliveTimeMs: 10_000,
      keepaliveTimeoutMs: 3_000,
      curves: ["bn128", "bls12381"],
      engine: "auto",
      allowUnsigned: false,
      logLevel: "info",
    });
    expect(problems).toEqual([]);
  });

  it("come from defaults < config.json < saved < URL, each with its source", async () => {
    const config = {
      pinned_manifest_keys: ["a".repeat(64)],
      worker: { id: "kiosk-7", concurrency: 2, heartbeat_interval: "10s", keepalive_time: "30s" },
      zkp: { curve: "BN254" },
    };
    const keeper = keeperOf({ config });
    await keeper.configure({ heartbeatIntervalMs: 20_000, concurrency: 4 });
    const { effective, pinnedKeys } = await keeper.load({ concurrency: "6", unrelated: "x" });
    expect(effective.values).toMatchObject({
      id: "kiosk-7",
      concurrency: 6,
      heartbeatIntervalMs: 20_000,
      keepaliveTimeMs: 30_000,
      curves: ["bn128"],
    });
    expect(effective.sources).toMatchObject({
      id: "config.json",
      concurrency: "url",
      heartbeatIntervalMs: "saved",
      keepaliveTimeMs: "config.json",
      keepaliveTimeoutMs: "default",
    });
    expect(pinnedKeys).toEqual(["a".repeat(64)]);
  });

  it("keep the same id from one visit to the next", async () => {
    const store = new MemoryStore();
    const first = await keeperOf({}, store).load({});
    const second = await keeperOf({}, store).load({});
    expect(first.effective.values.id).toBe(second.effective.values.id);
    expect(first.effective.values.id).not.toBe("");
  });

  const broken: readonly (readonly [field: string, value: string, rule: string])[] = [
    ["id", "", "must be 1 to 128 characters of A-Z a-z 0-9 . _ : -"],
    ["id", "two words", "must be 1 to 128 characters of A-Z a-z 0-9 . _ : -"],
    ["concurrency", "0", "must be a whole number from 1 to 8 (twice the cores)"],
    ["concurrency", "9", "must be a whole number from 1 to 8 (twice the cores)"],
    ["concurrency", "1.5", "must be a whole number from 1 to 8 (twice the cores)"],
    ["heartbeat_interval", "999ms", 'must be a duration from 1s to 60s, such as "5s"'],
    ["heartbeat_interval", "61s", 'must be a duration from 1s to 60s, such as "5s"'],
    ["heartbeat_interval", "5", 'must be a duration from 1s to 60s, such as "5s"'],
    ["curve", "BN255", "must be BN254, BLS12-381, or both with a comma between them"],
    ["curve", "", "must be BN254, BLS12-381, or both with a comma between them"],
    ["engine", "fast", "must be auto, wide4, fma2, ext4, scalar9 or snarkjs"],
    ["log_level", "loud", "must be debug, info, warn or error"],
    ["allow_unsigned", "maybe", "must be true or false"],
    [
      "coordinator_address",
      "https://prove.example",
      "must be empty (this page's own coordinator): its host lists no other in coordinator_origins",
    ],
  ];
  it.each(broken)("%s = %j breaks its rule", async (field, value, rule) => {
    const { problems } = await fromUrl({ [field]: value });
    expect(problems).toEqual([{ field, value, rule, source: "url" }]);
  });

  it.each([
    ["concurrency", "8", { concurrency: 8 }],
    ["heartbeat_interval", "1s", { heartbeatIntervalMs: 1_000 }],
    ["heartbeat_interval", "1m", { heartbeatIntervalMs: 60_000 }],
    ["heartbeat_interval", "1500ms", { heartbeatIntervalMs: 1_500 }],
    ["engine", "scalar9", { engine: "scalar9" }],
    ["curve", "bls12-381", { curves: ["bls12381"] }],
  ])("%s = %j keeps its rule", async (field, value, expected) => {
    const { problems, values } = await fromUrl({ [field]: value });
    expect(problems).toEqual([]);
    expect(values).toMatchObject(expected);
  });

  describe("coordinator_address", () => {
    const config = { coordinator_origins: ["https://prove.example", "http://localhost:8080"] };

    it.each([
      ["https://prove.example", "https://prove.example"],
      ["http://localhost:8080/", "http://localhost:8080"],
      ["", ""],
    ])("%j is on the host's list, which the browser goes by too", async (value, expected) => {
      const { problems, values } = await fromUrl({ coordinator_address: value }, { config });
      expect(problems).toEqual([]);
      expect(values.coordinatorAddress).toBe(expected);
    });

    it.each(["https://other.example", "https://prove.example/path", "localhost:8080"])(
      "%j is not, and the rule is named before anything is kept",
      async (address) => {
        const outcome = await keeperOf({ config }).configure({ coordinatorAddress: address });
        const rule =
          "must be empty (this page's own) or one that its host lists in coordinator_origins: https://prove.example, http://localhost:8080";
        const field = "coordinator_address";
        const problems = [{ field, value: address, rule, source: "saved" }];
        expect(outcome).toEqual({ saved: false, problems });
      },
    );
  });

  it("a broken source is named, and the value below it stays", async () => {
    const config = { worker: { concurrency: "many" } };
    const { problems, values } = await fromUrl({}, { config });
    expect(problems).toMatchObject([
      { field: "concurrency", value: "many", source: "config.json" },
    ]);
    expect(values.concurrency).toBe(3);
  });

  it("pinned keys that are none are a problem", async () => {
    const { effective, pinnedKeys } = await keeperOf({
      config: { pinned_manifest_keys: ["nonsense"] },
    }).load({});
    expect(pinnedKeys).toEqual([]);
    expect(effective.problems[0]).toMatchObject({ field: "pinned_manifest_keys" });
  });

  it("configure keeps nothing when one change breaks its rule", async () => {
    const keeper = keeperOf();
    const outcome = await keeper.configure({ concurrency: 2, heartbeatIntervalMs: 500 });
    expect(outcome).toMatchObject({ saved: false, problems: [{ field: "heartbeat_interval" }] });
    expect((await keeper.load({})).effective.sources.concurrency).toBe("default");
  });

  it("configure says which changes need a restart", async () => {
    const keeper = keeperOf();
    expect(await keeper.configure({ heartbeatIntervalMs: 2_000 })).toEqual({
      saved: true,
      needsRestart: false,
    });
    expect(await keeper.configure({ concurrency: 2 })).toEqual({ saved: true, needsRestart: true });
  });

  it("offline, config.json is what it last was", async () => {
    const store = new MemoryStore();
    await keeperOf({ config: { worker: { concurrency: 2 } } }, store).load({});
    const { effective } = await keeperOf({ unread: offline }, store).load({});
    expect(effective.values.concurrency).toBe(2);
  });

  it("a config.json that is no JSON is a problem by name, and what it last was stays", async () => {
    const store = new MemoryStore();
    await keeperOf({ config: { worker: { concurrency: 2 } } }, store).load({});
    const unread = new NodeFailure("settings", "config.json is not JSON");
    const { effective } = await keeperOf({ unread }, store).load({});
    expect(effective.values.concurrency).toBe(2);
    expect(effective.problems).toEqual([
      { field: "config.json", value: "not JSON", rule: "must be JSON", source: "config.json" },
    ]);
  });

  it("config.json is copied when it changed, and counts though it cannot be copied", async () => {
    const store = new MemoryStore();
    const writes: string[] = [];
    const values = {
      get: store.values.get,
      set: async (name: string, value: unknown): Promise<void> => {
        writes.push(name);
        if (store.full) throw new NodeFailure("platform", "storage is full");
        await store.values.set(name, value);
      },
    };
    const load = (concurrency: number) =>
      keeperOf({ config: { worker: { concurrency } } }, { values }).load({});
    await load(2);
    await load(2);
    expect(writes.filter((name) => name === "config.json")).toHaveLength(1);
    store.full = true;
    expect((await load(3)).effective.values.concurrency).toBe(3);
    expect(writes.filter((name) => name === "config.json")).toHaveLength(2);
  });
});
