/**
 * Which bases of a sum count. Keys hold the point at infinity, all zeros, wherever a wire does not occur in a matrix: a
 * third of B in a usual circuit. It adds nothing to a sum and has no affine form, so kernels never see it.
 */
import { viewOf } from "./binfile.ts";

/** A section of bases without its points at infinity. */
export type FiniteBases = {
  /** Runs of neighbours that count, in order: positions in the section. */
  readonly runs: readonly Run[];
  /** Points in all runs. */
  readonly count: number;
  /** For each of them the scalar that it is multiplied by. */
  readonly scalars: Uint32Array;
};

export type Run = { readonly from: number; readonly count: number };

/**
 * @param points a section of bases.
 * @param pointBytes size of one.
 * @param firstScalar the scalar of the first base: 0, but nPublic + 1 for C, whose bases begin with the first private wire.
 */
export const findFiniteBases = (
  points: Uint8Array,
  pointBytes: number,
  firstScalar: number,
): FiniteBases => {
  const view = viewOf(points);
  const total = points.length / pointBytes;
  const scalars = new Uint32Array(total);
  const runs: Run[] = [];
  let count = 0;
  let from = 0;
  for (let at = 0; at <= total; at += 1) {
    if (at < total && !isInfinity(view, at * pointBytes, pointBytes)) {
      scalars[count] = firstScalar + at;
      count += 1;
      continue;
    }
    if (at > from) runs.push({ from, count: at - from });
    from = at + 1;
  }
  return { runs, count, scalars: scalars.subarray(0, count) };
};

const isInfinity = (view: DataView, from: number, bytes: number): boolean => {
  for (let at = from; at < from + bytes; at += 4) {
    if (view.getUint32(at, true) !== 0) return false;
  }
  return true;
};
