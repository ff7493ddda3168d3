/** Carries out the cases of msm-vectors.ts on a core, in whatever thread it runs. */
import type { MsmCore } from "../groth16/msm.ts";
import { createG1Sums, createG2Sums } from "../groth16/msm.ts";
import type { Point } from "../groth16/bigint-curve.ts";
import type { Sums } from "../groth16/kernel.ts";
import { textOf, type MsmTerm, type MsmVectors } from "./msm-vectors.ts";

/** Loads the bases; what it gives sums terms and leaves memory as it was. */
export const openMsmRunner = (
  core: MsmCore,
  vectors: Pick<MsmVectors, "group" | "zkey" | "bases">,
): ((terms: readonly MsmTerm[]) => Promise<string>) => {
  const sums: Sums<Point<unknown>> =
    vectors.group === "g1" ? createG1Sums(core) : createG2Sums(core);
  const { memory } = core;
  const from = memory.alloc(vectors.zkey.length);
  const all = memory.alloc(vectors.bases * sums.pointBytes);
  memory.u8().set(vectors.zkey, from);
  sums.fromZkey({ into: all, from, count: vectors.bases });
  return async (terms) => {
    const mark = memory.mark();
    const text = textOf(await sumOf(core, sums, { all, terms }));
    memory.release(mark);
    return text;
  };
};

/** Scalars lie in another order than bases. */
const sumOf = async <Of>(
  { memory }: MsmCore,
  sums: Sums<Of>,
  { all, terms }: { readonly all: number; readonly terms: readonly MsmTerm[] },
): Promise<Of> => {
  const count = terms.length;
  const points = memory.alloc(count * sums.pointBytes);
  const indices = memory.alloc(4 * count);
  const scalars = memory.alloc(32 * count);
  terms.forEach(({ base, scalar }, index) => {
    const start = all + base * sums.pointBytes;
    memory.u8().copyWithin(points + index * sums.pointBytes, start, start + sums.pointBytes);
    memory.view().setUint32(indices + 4 * index, count - 1 - index, true);
    for (let word = 0; word < 4; word += 1) {
      const at = scalars + 32 * (count - 1 - index) + 8 * word;
      memory.view().setBigUint64(at, BigInt.asUintN(64, scalar >> BigInt(64 * word)), true);
    }
  });
  return sums.sum({ points, count, indices }, scalars);
};
