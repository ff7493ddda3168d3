import { describe, expect, test } from "vitest";
import { NodeFailure } from "../domain/failure.ts";
import { compiledKernel } from "../testing/compiled-kernels.ts";
import { readBuiltInCircuit } from "../testing/circuits.ts";
import { openKeyTools, openStore } from "../testing/prepared-keys.ts";
import { findKey, makeKey, takes, type KeyTools } from "./prepared-keys.ts";
import type { CompiledKernel, FromArtifacts, PreparedKeyHandle } from "./protocol.ts";
import type { FileStore, StoredFile } from "./store/file-store.ts";

const { files, zkeyBytes } = readBuiltInCircuit("range_proof");
const { circuit } = files;
const zkey = circuit.zkey.sha256;

const ext4 = compiledKernel("bn128", "ext4", { shared: true });
const scalar9 = compiledKernel("bn128", "scalar9", { shared: true });
const wish = (kernel: CompiledKernel) => ({ circuit, kernel });

const onShelf = async (changes: Partial<KeyTools> = {}): Promise<KeyTools> => {
  const tools = await openKeyTools(changes);
  await tools.shelf.put(circuit);
  return tools;
};

/** The same storage as the next visit finds it. */
const nextVisit = ({ store }: KeyTools, changes: Partial<KeyTools> = {}): Promise<KeyTools> =>
  openKeyTools({ store, ...changes });

const keyBytes = (key: PreparedKeyHandle | undefined): Uint8Array => {
  if (key?.kind !== "shared") throw new Error("there is no key in shared memory");
  return new Uint8Array(key.memory.buffer.slice(key.address, key.slots.address));
};

const keptNames = async ({ store }: KeyTools): Promise<readonly string[]> =>
  (await store.list()).map(({ name }) => name).filter((name) => name.endsWith(".key"));

const change = (store: FileStore, name: string, how: (file: StoredFile) => void): Promise<void> =>
  store.use(name, (file) => {
    how(file);
    return Promise.resolve();
  });

/** A pause that gives the work up at the `last`. */
const endingAt = (last: number): KeyTools["pause"] => {
  let pauses = 0;
  return () => {
    pauses += 1;
    if (pauses < last) return undefined;
    return Promise.reject(new NodeFailure("cancelled", "not wanted any more"));
  };
};

/** How many pauses making a key has. */
const pausesOf = async (changes: Partial<KeyTools>): Promise<number> => {
  let pauses = 0;
  const pause = (): undefined => {
    pauses += 1;
  };
  await makeKey(wish(ext4), zkeyBytes, await onShelf({ ...changes, pause }));
  return pauses;
};

describe("a prepared key", () => {
  test("is kept, and the next visit has the same one without the zkey", async () => {
    const tools = await onShelf();
    const made = await makeKey(wish(ext4), zkeyBytes, tools);
    expect(await keptNames(tools)).toEqual([
      expect.stringMatching(`^${zkey}\\.ext4\\.\\d+\\.key$`),
    ]);
    const found = await findKey(wish(ext4), await nextVisit(tools));
    expect(keyBytes(found)).toEqual(keyBytes(made));
  });

  test("has a region for each prover, and a name that no other memory has", async () => {
    const tools = await onShelf({ provers: 3 });
    const [one, other] = [
      await makeKey(wish(ext4), zkeyBytes, tools),
      await findKey(wish(ext4), tools),
    ];
    if (one?.kind !== "shared" || other?.kind !== "shared") throw new Error("not shared");
    const { slots, memory } = one;
    expect(slots.count).toBe(3);
    expect(slots.address + 3 * slots.bytes).toBeLessThanOrEqual(memory.buffer.byteLength);
    expect(slots.name).not.toBe(other.slots.name);
  });

  test("of one kernel is not another's, and takes its place", async () => {
    const tools = await onShelf();
    await makeKey(wish(ext4), zkeyBytes, tools);
    expect(await findKey(wish(scalar9), tools)).toBeUndefined();
    await makeKey(wish(scalar9), zkeyBytes, tools);
    expect(await keptNames(tools)).toEqual([expect.stringContaining(".scalar9.")]);
  });

  test.each<[string, (file: StoredFile) => void]>([
    ["has a bit flipped in its header", (file) => flip(file, 30)],
    ["has a bit flipped in its key", (file) => flip(file, file.size() - 1)],
    ["is cut off", (file) => file.truncate(file.size() - 1)],
    ["is empty", (file) => file.truncate(0)],
    ["has more behind it", (file) => file.write(new Uint8Array(1), file.size())],
  ])("is not used when it %s", async (_what, damage) => {
    const tools = await onShelf();
    await makeKey(wish(ext4), zkeyBytes, tools);
    expect(await findKey(wish(ext4), await nextVisit(tools))).toBeDefined();
    const [name = ""] = await keptNames(tools);
    await change(tools.store, name, damage);
    expect(await findKey(wish(ext4), await nextVisit(tools))).toBeUndefined();
    expect(await findKey(wish(ext4), await nextVisit(tools, { isolated: false }))).toBeUndefined();
  });

  test("is a file for provers where the page is not isolated", async () => {
    const own = compiledKernel("bn128", "ext4");
    const tools = await onShelf({ isolated: false });
    const made = await makeKey(wish(own), zkeyBytes, tools);
    const found = await findKey(wish(own), await nextVisit(tools, { isolated: false }));
    if (made?.kind !== "file" || found?.kind !== "file") throw new Error("it is no file");
    expect(found.file.size).toBe(made.file.size);
  });

  test("is made all the same where nothing can be kept", async () => {
    const inner = openStore();
    const full: FileStore = {
      ...inner,
      use: (name, work) =>
        name.endsWith(".key")
          ? Promise.reject(new DOMException("full", "QuotaExceededError"))
          : inner.use(name, work),
    };
    const shared = await makeKey(wish(ext4), zkeyBytes, await openKeyTools({ store: full }));
    expect(shared?.kind).toBe("shared");
    const own = compiledKernel("bn128", "ext4");
    const tools = await openKeyTools({ store: full, isolated: false });
    // Each prover makes one for itself then.
    expect(await makeKey(wish(own), zkeyBytes, tools)).toBeUndefined();
  });

  test("is not kept twice where files are kept in memory", async () => {
    const tools = await onShelf({ store: { ...openStore(), kind: "memory" } });
    expect((await makeKey(wish(ext4), zkeyBytes, tools))?.kind).toBe("shared");
    expect(await keptNames(tools)).toEqual([]);
  });

  test("cannot be made of a file that is no zkey; a prover says why", async () => {
    const told: FromArtifacts[] = [];
    const tools = await onShelf({ tell: (message) => told.push(message) });
    expect(await makeKey(wish(ext4), zkeyBytes.slice(0, 9_000), tools)).toBeUndefined();
    expect(told).toMatchObject([{ type: "trouble", code: "artifact" }]);
  });

  test("that is not wanted any more is given up between two steps, whether it is made or kept by then", async () => {
    const converting = await pausesOf({ store: { ...openStore(), kind: "memory" } });
    const all = await pausesOf({});
    expect(converting).toBeGreaterThan(5);
    expect(all).toBeGreaterThan(converting);
    for (const last of [1, converting, converting + 1, all]) {
      const told: FromArtifacts[] = [];
      const tools = await onShelf({ tell: (message) => told.push(message), pause: endingAt(last) });
      await expect(makeKey(wish(ext4), zkeyBytes, tools)).rejects.toThrow("not wanted");
      expect([await keptNames(tools), told]).toEqual([[], []]);
    }
  });

  test("that is dropped is made anew", async () => {
    const tools = await onShelf();
    await makeKey(wish(ext4), zkeyBytes, tools);
    await tools.shelf.dropPrepared(zkey);
    expect(await keptNames(tools)).toEqual([]);
    expect(await findKey(wish(ext4), tools)).toBeUndefined();
  });

  test("goes with its circuit, and before it when room is needed", async () => {
    const tools = await onShelf();
    const { shelf, store } = tools;
    const full = new DOMException("full", "QuotaExceededError");
    await change(store, zkey, (file) => file.write(zkeyBytes, 0));
    await makeKey(wish(ext4), zkeyBytes, tools);
    await shelf.makeRoom(full);
    expect(await keptNames(tools)).toEqual([]);
    expect(shelf.circuits()).toHaveLength(1);
    await makeKey(wish(ext4), zkeyBytes, tools);
    await shelf.remove(circuit.id);
    expect(await store.list()).toEqual([expect.objectContaining({ name: "index.json" })]);
  });

  test("that no circuit has is the first to go", async () => {
    const tools = await onShelf();
    const { shelf, store } = tools;
    await makeKey(wish(ext4), zkeyBytes, tools);
    const orphan = `${"0".repeat(64)}.ext4.1.key`;
    await change(store, orphan, (file) => file.write(new Uint8Array(9), 0));
    await shelf.makeRoom(new DOMException("full", "QuotaExceededError"));
    expect(await keptNames(tools)).toEqual([expect.stringContaining(zkey)]);
  });
});

test("a kernel takes a circuit whose domain has enough elements for its vectors", () => {
  expect(takes(ext4, circuit)).toBe(true);
  expect(takes(ext4, { ...circuit, domainSize: 2 })).toBe(false);
});

const flip = (file: StoredFile, at: number): void => {
  const byte = new Uint8Array(1);
  file.read(byte, at);
  file.write(Uint8Array.of((byte[0] ?? 0) ^ 1), at);
};
