/** The core engine on one kernel, as the benchmark drives it. */
import type { KernelName } from "../../src/domain/engine.ts";
import {
  convertZkey,
  openCore as openKey,
  type CoreModule,
  type KeyMemory,
  type OpenCore,
} from "../../src/groth16/open-core.ts";
import { proveWitness } from "../../src/groth16/prove-witness.ts";
import type { Prover, ProvingFiles } from "./competitor.ts";
import { keepKey, loadKeptKey } from "./kept-keys.ts";
import { openModule } from "./kernel-module.ts";

/** Undefined when this browser does not take the kernel's instructions. */
export const openCore = async (id: KernelName): Promise<Prover | undefined> => {
  const modules = {
    bn128: await openModule("bn128", id),
    bls12381: await openModule("bls12381", id),
  };
  const { bn128, bls12381 } = modules;
  if (bn128 === undefined || bls12381 === undefined) return undefined;
  let opened: { readonly key: KeyMemory; readonly core: OpenCore } | undefined;
  return {
    prove: async (files) => {
      if (opened === undefined) {
        const module = files.curve === "bn128" ? bn128 : bls12381;
        const key = await takeKey(module, files);
        opened = { key, core: openKey(module, key, 0) };
      }
      const { wtns } = files;
      const silent = { onStep: () => undefined, onProgress: () => undefined };
      return proveWitness(opened.core, { wtns, ...silent }, tools);
    },
    memoryBytes: () => opened?.key.memory.buffer.byteLength ?? 0,
  };
};

const takeKey = async (
  module: CoreModule,
  { circuit, zkey, visit }: ProvingFiles,
): Promise<KeyMemory> => {
  if (visit === "later") return loadKeptKey(circuit, module, { way: "handle", regions: 1 });
  const key = convertZkey(module, new Uint8Array(await zkey.arrayBuffer()), 1);
  if (visit === "first") await keepKey(circuit, module, key);
  return key;
};

const tools = {
  fillRandom: (bytes: Uint8Array<ArrayBuffer>) => void crypto.getRandomValues(bytes),
  // Nobody ends it, and it proves alone.
  turn: () => Promise.resolve(),
};
