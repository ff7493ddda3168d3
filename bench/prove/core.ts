/** The core engine on one kernel, as the benchmark drives it: its module is fetched and compiled before anything is timed. */
import { kernels } from "virtual:kernels";
import type { CurveId, KernelLayout } from "../../kernels/layout.ts";
import { createCoreProver, type CoreProver } from "../../src/groth16/core-prover.ts";
import { CoreMemory } from "../../src/groth16/memory.ts";
import { createModuleKernel, type ModuleCore } from "../../src/groth16/module-kernel.ts";
import type { Prover } from "./competitor.ts";

/** Undefined when this browser does not take the kernel's instructions. */
export const openCore = async (id: KernelLayout["kernel"]): Promise<Prover | undefined> => {
  const opened = {
    bn128: await openCurve("bn128", id),
    bls12381: await openCurve("bls12381", id),
  };
  const { bn128, bls12381 } = opened;
  if (bn128 === undefined || bls12381 === undefined) return undefined;
  return {
    // A worker of the benchmark proves one circuit all its life.
    prove: (job) => (job.curve === "bn128" ? bn128 : bls12381).prover.prove({ ...job, keyId: "" }),
    memoryBytes: () => bn128.memory.buffer.byteLength + bls12381.memory.buffer.byteLength,
  };
};

type OpenedCurve = { readonly prover: CoreProver; readonly memory: WebAssembly.Memory };

const PAGES = { initial: 2, maximum: 65_536 } as const;

const openCurve = async (
  curve: CurveId,
  kernel: KernelLayout["kernel"],
): Promise<OpenedCurve | undefined> => {
  const found = kernels.find(({ layout }) => layout.curve === curve && layout.kernel === kernel);
  if (found === undefined) throw new Error(`no module ${curve}.${kernel} was built`);
  const bytes = await (await fetch(found.url)).arrayBuffer();
  if (!WebAssembly.validate(bytes)) return undefined;
  const memory = new WebAssembly.Memory(PAGES);
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  // What the generator wrote: its exports are the layout's.
  const exports = instance.exports as unknown as ModuleCore["exports"];
  const core: ModuleCore = {
    exports,
    layout: found.layout,
    memory: new CoreMemory(memory, found.layout.heapBase),
  };
  const prover = createCoreProver({
    memory: core.memory,
    kernel: createModuleKernel(core),
    fillRandom: (bytesToFill) => crypto.getRandomValues(bytesToFill),
  });
  return { prover, memory };
};
