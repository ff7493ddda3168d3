/** Times sums under tunings that take turns: what ../tunings.ts calls in the page. */
import type { KernelLayout } from "../../../kernels/layout.ts";
import { instantiateKernel } from "../../../src/groth16/instance.ts";
import type { Sums } from "../../../src/groth16/kernel.ts";
import { CoreMemory } from "../../../src/groth16/memory.ts";
import { createG1Sums, createG2Sums, type MsmCore } from "../../../src/groth16/msm.ts";
import type { GroupId, Tuning } from "../../../src/groth16/msm-plan.ts";
import { SCALAR_BYTES } from "../../../src/groth16/zkey.ts";
import { median } from "../../statistics.ts";

export type Trial = {
  /** The kernel's module, then bases as a zkey has them, then as many scalars: base64. */
  readonly module: string;
  readonly points: string;
  readonly scalars: string;
  readonly layout: KernelLayout;
  readonly group: GroupId;
  readonly tunings: readonly Tuning[];
  readonly rounds: number;
};

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** Milliseconds of a sum over all bases, the median for each tuning. */
const timeTunings = async (trial: Trial): Promise<readonly number[]> => {
  const { group, layout, tunings, rounds } = trial;
  const module = await WebAssembly.compile(bytesOf(trial.module));
  const sums = tunings.map((tuning) => {
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 65_536 });
    const exports = instantiateKernel(module, memory);
    const core = { exports, layout, memory: new CoreMemory(memory, layout.heapBase) };
    if (group === "g1") return prepare(core, createG1Sums(core, tuning), trial);
    return prepare(core, createG2Sums(core, tuning), trial);
  });
  const times = sums.map((): number[] => []);
  // The first round warms up.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, sum] of sums.entries()) {
      const begun = performance.now();
      await sum();
      if (round > 0) times[index]?.push(performance.now() - begun);
    }
  }
  return times.map(median);
};

const prepare = <Point>(
  { memory }: MsmCore,
  sums: Sums<Point>,
  trial: Trial,
): (() => Promise<void>) => {
  const [zkey, numbers] = [bytesOf(trial.points), bytesOf(trial.scalars)];
  const count = numbers.length / SCALAR_BYTES;
  const points = memory.alloc(count * sums.pointBytes);
  const indices = memory.alloc(4 * count);
  const scalars = memory.alloc(numbers.length);
  const from = memory.alloc(zkey.length);
  memory.u8().set(zkey, from);
  memory.u8().set(numbers, scalars);
  for (let index = 0; index < count; index += 1)
    memory.view().setUint32(indices + 4 * index, index, true);
  sums.fromZkey({ into: points, from, count });
  return async () => {
    await sums.sum({ points, count, indices }, scalars);
  };
};

Object.assign(globalThis, { timeTunings });
