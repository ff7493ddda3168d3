/** Sums over a section of bases as zkeys hold it, infinity among them, by a kernel and by ffjavascript. */
import type { CurveGroup } from "snarkjs";
import { viewOf } from "../groth16/binfile.ts";
import type { Point } from "../groth16/bigint-curve.ts";
import type { Sums } from "../groth16/kernel.ts";
import type { CoreMemory } from "../groth16/memory.ts";
import { findFiniteBases } from "../groth16/points.ts";

/** Bases and as many scalars, 32 bytes each, little-endian, below r. */
export type Section = { readonly points: Uint8Array; readonly scalars: Uint8Array };

const SCALAR_BYTES = 32;

/** By a kernel. Leaves memory as it was. */
export const sumSection = async <Of>(
  memory: CoreMemory,
  sums: Sums<Point<Of>>,
  { points, scalars }: Section,
): Promise<Point<Of>> => {
  const mark = memory.mark();
  const zkeyBytes = (points.length * SCALAR_BYTES) / scalars.length;
  const finite = findFiniteBases(points, zkeyBytes, 0);
  const into = memory.alloc(finite.count * sums.pointBytes);
  const indices = memory.alloc(4 * finite.count);
  const words = place(memory, scalars);
  const from = place(memory, points);
  let done = 0;
  for (const run of finite.runs) {
    const at = { into: into + done * sums.pointBytes, from: from + run.from * zkeyBytes };
    sums.fromZkey({ ...at, count: run.count });
    done += run.count;
  }
  const { scalars: numbers } = finite;
  memory.u8().set(new Uint8Array(numbers.buffer, numbers.byteOffset, 4 * finite.count), indices);
  const sum = await sums.sum({ points: into, count: finite.count, indices }, words);
  memory.release(mark);
  return sum;
};

/** By ffjavascript. */
export const referenceSum = async (
  group: CurveGroup,
  { points, scalars }: Section,
): Promise<Point<unknown>> => {
  const sum = await group.multiExpAffine(points, scalars);
  if (group.isZero(sum)) return "infinity";
  const [x, y] = group.toObject(group.toAffine(sum));
  return { x, y };
};

/** Scalars in their bytes. */
export const scalarBytes = (scalars: readonly bigint[]): Uint8Array => {
  const bytes = new Uint8Array(SCALAR_BYTES * scalars.length);
  const view = viewOf(bytes);
  scalars.forEach((scalar, index) => {
    for (let word = 0; word < 4; word += 1) {
      const part = BigInt.asUintN(64, scalar >> BigInt(64 * word));
      view.setBigUint64(SCALAR_BYTES * index + 8 * word, part, true);
    }
  });
  return bytes;
};

const place = (memory: CoreMemory, bytes: Uint8Array): number => {
  const address = memory.alloc(bytes.length);
  memory.u8().set(bytes, address);
  return address;
};
