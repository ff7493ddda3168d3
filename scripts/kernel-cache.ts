/**
 * The kernels' modules, from the last build that had the same generator: generating them takes seconds. They lie in
 * node_modules/.cache by a digest of the generator's sources, each with its own digest, so that a cache can be missing but
 * never be wrong.
 */
import { createHash, randomUUID } from "node:crypto";
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { KernelLayout } from "../kernels/layout.ts";
import { kernelIds } from "../kernels/field/field.ts";
import { generateKernel } from "../kernels/modules.ts";
import { buildProbe } from "../kernels/probe.ts";

export type BuiltKernel = {
  /** "bn128.fma2". */
  readonly name: string;
  readonly layout: KernelLayout;
  /** See kernels/probe.ts. */
  readonly probe: Uint8Array;
  /** The module, for a memory of its own and for a shared one. */
  readonly own: Uint8Array;
  readonly shared: Uint8Array;
};

export type KernelCache = {
  /** The generator's sources. */
  readonly sources: string;
  /** Where modules are kept. */
  readonly folder: string;
  readonly generate: () => readonly BuiltKernel[];
};

const root = path.resolve(import.meta.dirname, "..");

/** Another form of what is kept counts as another generator. */
const FORMAT = "2";
/** Generators of so many branches or commits are worth their disk. */
const KEPT_GENERATORS = 4;

const generateAll = (): readonly BuiltKernel[] =>
  (["bn128", "bls12381"] as const).flatMap((curve) =>
    kernelIds.map((kernel) => {
      const { name, layout, encode } = generateKernel(curve, kernel);
      return { name, layout, probe: buildProbe(kernel), own: encode(false), shared: encode(true) };
    }),
  );

const productCache: KernelCache = {
  sources: path.join(root, "kernels"),
  folder: path.join(root, "node_modules/.cache/prove-at-home/kernels"),
  generate: generateAll,
};

let loaded: readonly BuiltKernel[] | undefined;

/** Every kernel of both curves. Worker and page builds of one process share them. */
export const builtKernels = (): readonly BuiltKernel[] => (loaded ??= cachedKernels(productCache));

/** Those that are kept of this very generator, or else generated and kept. */
export const cachedKernels = ({
  sources,
  folder,
  generate,
}: KernelCache): readonly BuiltKernel[] => {
  const kept = path.join(folder, digestOf(sources));
  const found = readKept(kept);
  if (found !== undefined) return found;
  const kernels = generate();
  keep(kernels, kept);
  return kernels;
};

/** Of the names and contents of all sources but tests, which change no module. */
const digestOf = (sources: string): string => {
  const hash = createHash("sha256").update(FORMAT);
  const names = readdirSync(sources, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/\.test\.ts$|^testing[/\\]/.test(name))
    .sort();
  for (const name of names) {
    const content = readFileSync(path.join(sources, name));
    hash.update(`${name}\0${content.byteLength}\0`).update(content);
  }
  return hash.digest("hex");
};

const INDEX = "index.json";

type Indexed = Pick<BuiltKernel, "name" | "layout"> & {
  readonly probe: readonly number[];
  /** SHA-256 of the modules. */
  readonly own: string;
  readonly shared: string;
};

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const moduleFiles = (name: string) => ({
  own: `${name}.wasm`,
  shared: `${name}.shared.wasm`,
});

/** Undefined when nothing is kept there, or not all of it. */
const readKept = (kept: string): readonly BuiltKernel[] | undefined => {
  try {
    const index = JSON.parse(readFileSync(path.join(kept, INDEX), "utf8")) as readonly Indexed[];
    // Those used last are kept longest.
    utimesSync(kept, new Date(), new Date());
    return index.map(({ name, layout, probe, own, shared }) => {
      const files = moduleFiles(name);
      return {
        ...{ name, layout, probe: Uint8Array.from(probe) },
        own: readModule(path.join(kept, files.own), own),
        shared: readModule(path.join(kept, files.shared), shared),
      };
    });
  } catch {
    // Nothing there yet, or a disk that lost a part of it: it is generated.
    return undefined;
  }
};

/** @throws Error when the file is not there or is not what was kept. */
const readModule = (file: string, digest: string): Uint8Array => {
  const bytes = readFileSync(file);
  if (sha256(bytes) === digest) return bytes;
  throw new Error(`${file} is damaged`);
};

/** Written aside and moved there as a whole, so that a build that ends amid it, or runs beside another, leaves no half. */
const keep = (kernels: readonly BuiltKernel[], kept: string): void => {
  const folder = path.dirname(kept);
  const aside = path.join(folder, `new-${randomUUID()}`);
  try {
    mkdirSync(aside, { recursive: true });
    for (const { name, own, shared } of kernels) {
      const files = moduleFiles(name);
      writeFileSync(path.join(aside, files.own), own);
      writeFileSync(path.join(aside, files.shared), shared);
    }
    const index = kernels.map(({ name, layout, probe, own, shared }): Indexed => ({
      ...{ name, layout, probe: [...probe], own: sha256(own), shared: sha256(shared) },
    }));
    writeFileSync(path.join(aside, INDEX), JSON.stringify(index));
    // What is there could not be read, or is the same from a build that was quicker.
    rmSync(kept, { recursive: true, force: true });
    renameSync(aside, kept);
    forgetOldest(folder);
  } catch {
    // A folder that cannot be written to, or another build at the same moment: the next build is slower, or finds that one's.
    discard(aside);
  }
};

const discard = (aside: string): void => {
  try {
    rmSync(aside, { recursive: true, force: true });
  } catch {
    // Nothing can be there: the folder could not even be made.
  }
};

const forgetOldest = (folder: string): void => {
  const oldestLast = readdirSync(folder)
    .map((name) => path.join(folder, name))
    .sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
  for (const place of oldestLast.slice(KEPT_GENERATORS)) rmSync(place, { recursive: true });
};
