/** Brings a key and a kernel together in a memory, from wherever the key comes: then proofs can be made. */
import type { KernelLayout } from "../../kernels/layout.ts";
import { NodeFailure } from "../domain/failure.ts";
import { TOGETHER_FROM_DOMAIN } from "../domain/limits.ts";
import type { KeyFigures } from "../domain/prepared-key.ts";
import { instantiateKernel } from "./instance.ts";
import { readKeyFile, type ReadableKey } from "./key-file.ts";
import { keyBytes, placeKey } from "./key-layout.ts";
import type { Kernel } from "./kernel.ts";
import { align, CoreMemory, PAGE_BYTES, pagesFor } from "./memory.ts";
import { createModuleKernel } from "./module-kernel.ts";
import { planKey } from "./plan-key.ts";
import { openKey, type PreparedKey } from "./prepared-key.ts";
import { scratchBytes, teamScratchBytes } from "./scratch.ts";
import { finish, type Resumable } from "./resumable.ts";
import { writeKey, WRITING_BYTES } from "./write-key.ts";
import { readZkey } from "./zkey.ts";

export type CoreModule = {
  readonly layout: KernelLayout;
  readonly module: WebAssembly.Module;
  /** Whether the memory that it imports must be a shared one. */
  readonly shared: boolean;
};

/** A key at hand, and room for one proof at a time. */
export type OpenCore = {
  readonly figures: KeyFigures;
  readonly key: PreparedKey;
  readonly kernel: Kernel;
  /** For proofs. */
  readonly memory: CoreMemory;
};

/** A key in a memory of exactly the size that it needs, with room behind it. */
export type KeyMemory = {
  readonly memory: WebAssembly.Memory;
  readonly figures: KeyFigures;
  /** Where the key begins. */
  readonly address: number;
  /** Regions for proofs, one behind the other. */
  readonly regions: { readonly address: number; readonly bytes: number; readonly count: number };
};

/** All that 32-bit addresses reach. */
const MAX_PAGES = 65_536;

/**
 * A memory with room for a key and `count` proofs; for fewer proofs, one at least, where so much is not to be had.
 *
 * @throws NodeFailure "out_of_memory".
 */
const takeMemory = (core: CoreModule, figures: KeyFigures, count: number): KeyMemory => {
  const { begin, bytes, ...plan } = planMemory(core.layout, figures, count);
  for (let regions = plan.regions; ; regions = Math.floor(regions / 2)) {
    const pages = pagesFor(begin + Math.max(regions * bytes, WRITING_BYTES));
    try {
      const memory = new WebAssembly.Memory({
        initial: pages,
        maximum: pages,
        shared: core.shared,
      });
      const at = { address: begin, bytes, count: regions };
      return { memory, figures, address: plan.address, regions: at };
    } catch (reason) {
      if (regions > 1) continue;
      const message = `there is no memory for a key and its proofs, ${pages} pages of 64 KiB`;
      throw new NodeFailure("out_of_memory", message, { cause: reason });
    }
  }
};

/** Where a key and the regions of `wanted` proofs lie: of fewer, where addresses do not reach further. */
export const planMemory = (layout: KernelLayout, figures: KeyFigures, wanted: number) => {
  const address = align(layout.heapBase);
  const begin = address + align(keyBytes(figures, layout));
  // Where there are several regions, their provers may share a large proof.
  const isForTeam = wanted > 1 && figures.domainSize >= TOGETHER_FROM_DOMAIN;
  const bytes = align((isForTeam ? teamScratchBytes : scratchBytes)(figures, layout));
  const most = Math.floor((MAX_PAGES * PAGE_BYTES - begin) / bytes);
  return { address, begin, bytes, regions: Math.max(1, Math.min(wanted, most)) };
};

/**
 * Converts a zkey into a memory with so many regions.
 *
 * @throws NodeFailure "artifact" when it is malformed, of another curve, or not for this kernel; "out_of_memory".
 */
export const convertZkey = (core: CoreModule, bytes: Uint8Array, regions: number): KeyMemory =>
  finish(zkeyConversion(core, bytes, regions));

/** `convertZkey` step by step. */
export function* zkeyConversion(
  core: CoreModule,
  bytes: Uint8Array,
  regions: number,
): Resumable<KeyMemory> {
  const { layout } = core;
  const zkey = readZkey(bytes);
  if (zkey.curve !== layout.curve) {
    const message = `the zkey is of curve ${zkey.curve}; the circuit is of ${layout.curve}`;
    throw new NodeFailure("artifact", message);
  }
  const plan = yield* planKey(zkey, layout);
  const taken = takeMemory(core, plan.figures, regions);
  const memory = new CoreMemory(taken.memory, taken.address, taken.memory.buffer.byteLength);
  const exports = instantiateKernel(core.module, taken.memory);
  const kernel = createModuleKernel({ exports, layout, memory });
  yield* writeKey(plan, placeKey(plan.figures, layout, memory), { memory, kernel });
  return taken;
}

/** A key from a file, in a memory with so many regions; or why the file is of no use. */
export const loadKey = async (
  core: CoreModule,
  { file, zkey, regions }: { readonly file: ReadableKey; zkey: string; regions: number },
): Promise<KeyMemory | string> => {
  let taken: KeyMemory | undefined;
  const room = (figures: KeyFigures) => {
    taken = takeMemory(core, figures, regions);
    const into = keyOf(taken, core.layout);
    return (piece: Uint8Array, at: number): void => into.set(piece, at);
  };
  const outcome = await readKeyFile(file, { origin: { zkey, layout: core.layout }, room });
  if (!outcome.ok) return outcome.why;
  return taken ?? "it has no key";
};

/** The same key in a memory of one's own, with one region. */
export const copyKey = (core: CoreModule, from: Omit<KeyMemory, "regions">): KeyMemory => {
  const taken = takeMemory(core, from.figures, 1);
  keyOf(taken, core.layout).set(keyOf(from, core.layout));
  return taken;
};

/** The key's bytes. */
export const keyOf = (
  { memory, address, figures }: Omit<KeyMemory, "regions">,
  layout: KernelLayout,
): Uint8Array => new Uint8Array(memory.buffer, address, keyBytes(figures, layout));

/** An instance of the kernel at work on a key and in one of its regions, which must be its alone. */
export const openCore = (core: CoreModule, from: KeyMemory, region: number): OpenCore => {
  const { memory: shared, figures, address, regions } = from;
  const begin = regions.address + region * regions.bytes;
  const memory = new CoreMemory(shared, begin, begin + regions.bytes);
  const exports = instantiateKernel(core.module, shared);
  const kernel = createModuleKernel({ exports, layout: core.layout, memory });
  const places = placeKey(figures, core.layout, new CoreMemory(shared, address));
  return { figures, kernel, memory, key: openKey(figures, places, kernel) };
};
