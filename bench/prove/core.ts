/** The core engine on one kernel, as the benchmark drives it: its module is fetched and compiled before anything is timed. */
import { kernels } from "virtual:kernels";
import type { CurveId, KernelLayout } from "../../kernels/layout.ts";
import {
  convertZkey,
  openCore as openKey,
  type CoreModule,
  type KeyMemory,
  type OpenCore,
} from "../../src/groth16/open-core.ts";
import { proveWitness } from "../../src/groth16/prove-witness.ts";
import type { Prover } from "./competitor.ts";

/** Undefined when this browser does not take the kernel's instructions. */
export const openCore = async (id: KernelLayout["kernel"]): Promise<Prover | undefined> => {
  const modules = {
    bn128: await openModule("bn128", id),
    bls12381: await openModule("bls12381", id),
  };
  const { bn128, bls12381 } = modules;
  if (bn128 === undefined || bls12381 === undefined) return undefined;
  // A worker of the benchmark proves one circuit all its life.
  let opened: { readonly key: KeyMemory; readonly core: OpenCore } | undefined;
  return {
    prove: async ({ curve, zkey, wtns, onStep }) => {
      if (opened === undefined) {
        const core = curve === "bn128" ? bn128 : bls12381;
        const key = convertZkey(core, zkey, 1);
        opened = { key, core: openKey(core, key, 0) };
      }
      return proveWitness(opened.core, { wtns, onStep, onProgress: () => undefined }, tools);
    },
    memoryBytes: () => opened?.key.memory.buffer.byteLength ?? 0,
  };
};

const tools = {
  fillRandom: (bytes: Uint8Array<ArrayBuffer>) => void crypto.getRandomValues(bytes),
  // Nobody ends it, and it proves alone.
  turn: () => Promise.resolve(),
};

const openModule = async (
  curve: CurveId,
  kernel: KernelLayout["kernel"],
): Promise<CoreModule | undefined> => {
  const found = kernels.find(({ layout }) => layout.curve === curve && layout.kernel === kernel);
  if (found === undefined) throw new Error(`no module ${curve}.${kernel} was built`);
  const bytes = await (await fetch(found.url)).arrayBuffer();
  if (!WebAssembly.validate(bytes)) return undefined;
  return { layout: found.layout, module: await WebAssembly.compile(bytes), shared: false };
};
