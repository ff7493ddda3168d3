import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { curves } from "../domain/circuit.ts";
import { readBuiltInCircuit } from "../testing/circuits.ts";
import { openTestModule } from "../testing/kernel-core.ts";
import { keyFilePieces, readKeyFile, type KeyOrigin, type ReadableKey } from "./key-file.ts";
import { keyBytes } from "./key-layout.ts";
import { convertZkey, keyOf, loadKey, type CoreModule, type KeyMemory } from "./open-core.ts";

const circuit = readBuiltInCircuit("addition");
const zkey = circuit.files.circuit.zkey.sha256;

const asFile = (bytes: Uint8Array): ReadableKey => ({
  size: bytes.length,
  read: (from, to) => bytes.subarray(from, to),
});

const fileOf = async (core: CoreModule, key: KeyMemory): Promise<Uint8Array> => {
  const bytes = keyOf(key, core.layout);
  const pieces: Buffer[] = [];
  const made = { zkey, layout: core.layout, figures: key.figures, bytes };
  for await (const piece of keyFilePieces(made)) pieces.push(Buffer.from(piece));
  return new Uint8Array(Buffer.concat(pieces));
};

describe("the file of a prepared key", () => {
  let core: CoreModule;
  let key: KeyMemory;
  let file: Uint8Array;

  beforeAll(async () => {
    core = openTestModule("bn128", "scalar9") ?? expect.fail("every engine runs scalar9");
    key = convertZkey(core, circuit.zkeyBytes, 1);
    file = await fileOf(core, key);
  });

  const read = (bytes: Uint8Array, origin: KeyOrigin = { zkey, layout: core.layout }) =>
    readKeyFile(asFile(bytes), {
      origin,
      room: () => () => undefined,
    });

  test("loads as the very bytes that were written, with the same figures", async () => {
    const loaded = await loadKey(core, { file: asFile(file), zkey, regions: 3 });
    if (typeof loaded === "string") expect.fail(loaded);
    expect(loaded.figures).toEqual(key.figures);
    expect(loaded.regions.count).toBe(3);
    const [one, other] = [keyOf(loaded, core.layout), keyOf(key, core.layout)];
    expect(Buffer.compare(one, other)).toBe(0);
  });

  test("is refused whichever of its bytes changes", async () => {
    const head = file.length - keyBytes(key.figures, core.layout);
    const inKey = Array.from({ length: 300 }, (_, k) => head + Math.floor((k * file.length) / 301));
    const places = [...Array(head).keys(), ...inKey.filter((at) => at < file.length)];
    for (const at of [...places, file.length - 1]) {
      for (const bit of [1, 0x80]) {
        const damaged = file.slice();
        damaged[at] = (damaged[at] ?? 0) ^ bit;
        const outcome = await read(damaged).catch(() => ({ ok: false }));
        expect(outcome.ok, `byte ${at} of ${file.length}`).toBe(false);
      }
    }
    expect((await read(file)).ok, "negative control").toBe(true);
  }, 60_000);

  test("is refused at any other length", async () => {
    for (const length of [0, 7, 23, 24, 100, 400, file.length / 2, file.length - 1]) {
      expect((await read(file.slice(0, length))).ok, `${length}`).toBe(false);
    }
    expect(await read(new Uint8Array([...file, 0]))).toMatchObject({ ok: false });
  });

  test.each([
    ["another file", () => circuit.zkeyBytes, /no prepared key/],
    ["an older format", () => file.with(8, 0), /its format is 0, not 1/],
  ])("is not %s", async (_, bytes, why) => {
    expect(await read(bytes())).toEqual({ ok: false, why: expect.stringMatching(why) as string });
  });

  test("is not another key's, nor another kernel's", async () => {
    const why = "it was made of another key or for another kernel";
    const { layout } = core;
    const other = createHash("sha256").update("other").digest("hex");
    expect(await read(file, { zkey: other, layout })).toEqual({ ok: false, why });
    const wider = { ...layout, frBytes: layout.frBytes + 8 };
    expect(await read(file, { zkey, layout: wider })).toEqual({ ok: false, why });
    const ext4 = { ...layout, kernel: "ext4" as const };
    expect(await read(file, { zkey, layout: ext4 })).toEqual({ ok: false, why });
  });

  test("that shrinks while it is read is cut off", async () => {
    const shrinking: ReadableKey = {
      size: file.length,
      read: (from, to) => file.subarray(from, Math.min(to, file.length / 2)),
    };
    const outcome = await loadKey(core, { file: shrinking, zkey, regions: 1 });
    expect(outcome).toBe("it is cut off");
  });
});

/**
 * The beginning of the SHA-256 of a built-in circuit's key. What gives another one needs another KEY_FORMAT: else keys on
 * people's devices would be taken for what they are not any more.
 */
const pinned = {
  bn128: { ext4: "2de8f169274ffbda", scalar9: "615627ff9913cfdf" },
  bls12381: { ext4: "5c47efc1b9090bec", scalar9: "31200da4b9cf4e88" },
} as const;

describe("what a kernel makes of a key", () => {
  const nameOf = { bn128: "addition", bls12381: "addition_bls12381" } as const;
  const cases = curves.flatMap((curve) =>
    (["ext4", "scalar9"] as const).map((kernel) => [curve, kernel] as const),
  );

  test.each(cases)(
    "is what its format says: %s, %s",
    (curve, kernel) => {
      const core = openTestModule(curve, kernel);
      if (core === undefined) expect.fail("every engine runs it");
      const { zkeyBytes } = readBuiltInCircuit(nameOf[curve]);
      const key = convertZkey(core, zkeyBytes, 1);
      const digest = createHash("sha256").update(keyOf(key, core.layout)).digest("hex");
      expect(digest.slice(0, 16)).toBe(pinned[curve][kernel]);
    },
    60_000,
  );
});
