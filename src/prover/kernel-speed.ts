import type { CompiledKernel } from "../artifacts/protocol.ts";
import { instantiateKernel } from "../groth16/instance.ts";
import { CoreMemory } from "../groth16/memory.ts";
import { selfTestVectors, sumWork } from "../groth16/self-test.ts";

/** Some megabytes. */
const MEMORY_PAGES = { initial: 16, maximum: 1_024 };

/**
 * What a sum of 1,024 points takes on a kernel of BN254, ms, once it is warm: how fast this device proves with it just now.
 * The coordinator puts nodes into classes by it, of twice the time each. It is to this core's proof what snarkjs's own piece
 * of work is to snarkjs's: a ninth (fma2) to a fifth (scalar9) of that one, as the proofs are.
 */
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
  await run();
  return now() - startedAt;
};
