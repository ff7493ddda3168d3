import type { CompiledKernel } from "../artifacts/protocol.ts";
import { instantiateKernel } from "../groth16/instance.ts";
import { CoreMemory } from "../groth16/memory.ts";
import { selfTestVectors, sumWork } from "../groth16/self-test.ts";

/** Some megabytes. */
const MEMORY_PAGES = { initial: 16, maximum: 1_024 };
/**
 * So that it is to a proof what snarkjs's own piece of work is to snarkjs's proof: a device that proves with a kernel and
 * one that proves as fast with snarkjs are told to be equally fast.
 */
const SUMS = 4;

/** What `SUMS` sums take on a kernel of BN254, ms: how fast this device proves with it just now. Warms it up before. */
export const timeKernel = async (
  { layout, module, shared }: CompiledKernel,
  now: () => number,
): Promise<number> => {
  const memory = new WebAssembly.Memory({ ...MEMORY_PAGES, shared });
  const exports = instantiateKernel(module, memory);
  const core = { exports, layout, memory: new CoreMemory(memory, layout.heapBase) };
  const { run } = sumWork(core, selfTestVectors(layout.curve));
  await run();
  const startedAt = now();
  for (let done = 0; done < SUMS; done += 1) await run();
  return now() - startedAt;
};
