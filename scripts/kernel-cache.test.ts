import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { KernelLayout } from "../kernels/layout.ts";
import { cachedKernels, type BuiltKernel, type KernelCache } from "./kernel-cache.ts";

const layout: KernelLayout = {
  ...{ kernel: "scalar9", curve: "bn128", lanes: 1, heapBase: 64 },
  ...{ fqBytes: 40, fq2Bytes: 80, frBytes: 40, g1Bytes: 80, g2Bytes: 160 },
};

const kernel = (name: string, byte: number): BuiltKernel => ({
  ...{ name, layout, probe: Uint8Array.of(byte, 1) },
  ...{ own: Uint8Array.of(byte, 2, 3), shared: Uint8Array.of(byte, 4, 5) },
});

const made = [kernel("bn128.one", 7), kernel("bn128.other", 8)];

let base: string;
let cache: KernelCache;
const generate = vi.fn(() => made);

beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), "kernel-cache-"));
  cache = { sources: path.join(base, "sources"), folder: path.join(base, "kept/here"), generate };
  mkdirSync(path.join(cache.sources, "testing"), { recursive: true });
  writeSource("field.ts", "one generator");
  generate.mockClear();
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const writeSource = (name: string, content: string): void =>
  writeFileSync(path.join(cache.sources, name), content);

/** Kernels as plain numbers: a Buffer is not a Uint8Array to `toEqual`. */
const load = () =>
  cachedKernels(cache).map(({ name, layout, probe, own, shared }) => ({
    ...{ name, layout, probe: [...probe], own: [...own], shared: [...shared] },
  }));

const expected = made.map(({ name, layout, probe, own, shared }) => ({
  ...{ name, layout, probe: [...probe], own: [...own], shared: [...shared] },
}));

/** The folder of the only generator that is kept. */
const keptFolder = (): string => {
  const [first = "", ...others] = readdirSync(cache.folder);
  expect(others).toEqual([]);
  return path.join(cache.folder, first);
};

describe("kernels of the last build", () => {
  it("are generated when none are kept, and read afterwards", () => {
    expect(load()).toEqual(expected);
    expect(load()).toEqual(expected);
    expect(generate).toHaveBeenCalledTimes(1);
    expect(readdirSync(keptFolder())).toHaveLength(5);
  });

  it.each([
    ["another source", () => writeSource("more.ts", "")],
    ["a source that says something else", () => writeSource("field.ts", "one Generator")],
    ["a source by another name", () => writeSource("curve.ts", "one generator")],
  ])("are generated anew for %s", (_what, change) => {
    load();
    change();
    expect(load()).toEqual(expected);
    expect(generate).toHaveBeenCalledTimes(2);
    expect(readdirSync(cache.folder)).toHaveLength(2);
  });

  it.each(["field.test.ts", "testing/lab.ts", "notes.md"])("have nothing to do with %s", (name) => {
    load();
    writeSource(name, "a test");
    load();
    expect(generate).toHaveBeenCalledTimes(1);
  });

  it.each<[string, (folder: string) => void]>([
    ["without a module", (folder) => rmSync(path.join(folder, "bn128.other.shared.wasm"))],
    ["without an index", (folder) => rmSync(path.join(folder, "index.json"))],
    ["with half an index", (folder) => halve(path.join(folder, "index.json"))],
    ["with half a module", (folder) => halve(path.join(folder, "bn128.one.wasm"))],
    ["with a flipped bit", (folder) => flip(path.join(folder, "bn128.one.shared.wasm"))],
  ])("are mended where they are kept %s", (_how, damage) => {
    load();
    damage(keptFolder());
    expect(load()).toEqual(expected);
    expect(generate).toHaveBeenCalledTimes(2);
    expect(load()).toEqual(expected);
    expect(generate, "after they were mended").toHaveBeenCalledTimes(2);
  });

  it("of the four generators used last are kept", () => {
    const generators = ["1", "2", "3", "4"];
    const folders = generators.map((content, index) => {
      writeSource("field.ts", content);
      const before = foldersNow();
      load();
      const [folder = ""] = foldersNow().filter((name) => !before.includes(name));
      // A minute apart: times of files may be coarse.
      const at = new Date(Date.UTC(2020, 0, 1, 0, index));
      utimesSync(path.join(cache.folder, folder), at, at);
      return folder;
    });
    writeSource("field.ts", "1");
    load();
    expect(generate, "the first is still there, and used last from now on").toHaveBeenCalledTimes(
      4,
    );
    writeSource("field.ts", "5");
    load();
    expect(foldersNow()).toHaveLength(4);
    expect(
      foldersNow()
        .filter((name) => folders.includes(name))
        .sort(),
    ).toEqual([folders[0], folders[2], folders[3]].sort());
  });

  it("are generated each time where nothing can be kept", () => {
    writeFileSync(path.join(base, "kept"), "a file where the folder's parent would be");
    expect(load()).toEqual(expected);
    expect(load()).toEqual(expected);
    expect(generate).toHaveBeenCalledTimes(2);
    expect(existsSync(cache.folder)).toBe(false);
  });

  it("leave nothing aside when they cannot be kept whole", () => {
    const broken = kernel("no/such/folder", 9);
    const kernels = cachedKernels({ ...cache, generate: () => [...made, broken] });
    expect(kernels).toHaveLength(3);
    expect(readdirSync(cache.folder)).toEqual([]);
  });
});

const foldersNow = (): readonly string[] =>
  existsSync(cache.folder) ? readdirSync(cache.folder) : [];

const halve = (file: string): void => {
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.subarray(0, Math.floor(bytes.length / 2)));
};

const flip = (file: string): void => {
  const bytes = readFileSync(file);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  writeFileSync(file, bytes);
};
