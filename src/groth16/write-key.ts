/** Writes a prepared key: converts a zkey's points and coefficients into the kernel's form. */
import { NodeFailure } from "../domain/failure.ts";
import type { Bases, Kernel, PlacedRows, QuotientPlaces, Sums } from "./kernel.ts";
import type { KeyPlaces } from "./key-layout.ts";
import type { CoreMemory } from "./memory.ts";
import type { KeyPlan, PlannedBases } from "./plan-key.ts";
import type { GroupedMatrices } from "./row-groups.ts";
import type { Resumable } from "./resumable.ts";

type WriteTools = { readonly memory: CoreMemory; readonly kernel: Kernel };
type MatrixTools = {
  readonly memory: CoreMemory;
  readonly kernel: Pick<Kernel, "writeQuotient">;
};

/**
 * Room that `writeKey` takes above the key, at most: one stage for points (BLS12-381's of G2 have 192 bytes in a zkey), or
 * one for coefficients with what twiddles begin with.
 */
export const WRITING_BYTES = 512 * 1024;

/** Fills `places` of `memory`, with scratch that it gives back. */
export function* writeKey(plan: KeyPlan, places: KeyPlaces, tools: WriteTools): Resumable<void> {
  const { memory, kernel } = tools;
  for (const bases of plan.bases) {
    const placed = places.bases[bases.name];
    if (placed === undefined) throw new NodeFailure("internal", `no room for ${bases.name}`);
    const sums = bases.name === "b2" ? kernel.g2 : kernel.g1;
    yield* writeBases(bases, placed, { memory, sums });
  }
  writeMatrices(plan.matrices, places.quotient, tools);
}

/** The part of it that `Kernel.openQuotient` needs. */
export const writeMatrices = (
  { a, b, coefficients }: GroupedMatrices,
  places: QuotientPlaces,
  { memory, kernel }: MatrixTools,
): void => {
  writeRows(a.groups, places.a, memory);
  writeRows(b.groups, places.b, memory);
  kernel.writeQuotient(coefficients, places);
};

const writeRows = (groups: Uint32Array, rows: PlacedRows, memory: CoreMemory): void => {
  const [first] = rows;
  if (first === undefined) return;
  new Uint32Array(memory.memory.buffer, first.begin, groups.length).set(groups);
};

type BasesTools = { readonly memory: CoreMemory; readonly sums: Conversion };
type Conversion = Pick<Sums<unknown>, "pointBytes" | "fromZkey">;

function* writeBases(
  { section, pointBytes, finite, extra }: PlannedBases,
  { points, indices, count }: Bases,
  { memory, sums }: BasesTools,
): Resumable<void> {
  const list = new Uint32Array(memory.memory.buffer, indices, count);
  list.set(finite.scalars);
  list.set(
    extra.map(([, scalar]) => scalar),
    finite.count,
  );
  const mark = memory.mark();
  const stage = createStage(memory, { ...sums, zkeyPointBytes: pointBytes, into: points });
  for (const run of finite.runs) {
    const begin = run.from * pointBytes;
    const end = begin + run.count * pointBytes;
    for (let at = begin; at < end; at += STAGE_POINTS * pointBytes) {
      const isFull = stage.take(
        section.subarray(at, Math.min(at + STAGE_POINTS * pointBytes, end)),
      );
      if (isFull) yield;
    }
  }
  for (const [point] of extra) stage.take(point);
  stage.flush();
  memory.release(mark);
}

/** Points that are converted in one call. They come in runs of two or three, too few for a call of their own. */
const STAGE_POINTS = 2_048;

type Staging = Conversion & {
  readonly zkeyPointBytes: number;
  /** Where the converted points go. */
  readonly into: number;
};

const createStage = (memory: CoreMemory, conversion: Staging) => {
  const size = STAGE_POINTS * conversion.zkeyPointBytes;
  const from = memory.alloc(size);
  let { into } = conversion;
  let filled = 0;

  const flush = (): void => {
    const count = filled / conversion.zkeyPointBytes;
    if (count === 0) return;
    conversion.fromZkey({ into, from, count });
    into += count * conversion.pointBytes;
    filled = 0;
  };
  /** Whether so many had come together that they were converted. */
  const take = (points: Uint8Array): boolean => {
    let done = 0;
    let isFull = false;
    while (done < points.length) {
      const piece = points.subarray(done, done + size - filled);
      memory.u8().set(piece, from + filled);
      done += piece.length;
      filled += piece.length;
      if (filled < size) continue;
      flush();
      isFull = true;
    }
    return isFull;
  };
  return { take, flush };
};
