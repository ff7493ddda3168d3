/** How a multi-scalar multiplication is cut up, and what memory it takes. */
import type { MsmWork } from "../../kernels/layout.ts";
import { measure, type CoreMemory, type Room } from "./memory.ts";

/** Points that are sorted at once: so many stay in a second-level cache while their windows are summed. */
const CHUNK_POINTS = 2 ** 14;
/** Points or buckets, of all windows that are summed at once: enough that inversions do not count. */
const GROUP_ITEMS = 2 ** 15;
/** Lane groups that share one inversion. */
const LIST_GROUPS = 1024;
/** Vectors of coordinates that a batch keeps beside the products (kernels/curve/batch.ts). */
const BATCH_VECTORS = 20;
const PAIR_BYTES = 12;
const POINTER_BYTES = 4;
const DIGIT_BYTES = 2;
const SCALAR_BYTES = 32;

/** By the logarithm of the number of points, for scalars of full length: where additions are fewest. */
const windowBits: readonly number[] = [
  ...[2, 2, 2, 3, 4, 4, 5, 6],
  ...[6, 7, 8, 9, 10, 11, 11, 12],
  ...[13, 14, 15],
];
const FULL_BITS = 254;

/** Bits of a window for `count` scalars of `averageBits` bits. */
export const windowFor = (count: number, averageBits: number): number => {
  const full = Math.max(1, (count * averageBits) / FULL_BITS);
  const size = Math.min(Math.round(Math.log2(full)), windowBits.length - 1);
  return windowBits[size] ?? 2;
};

export type MsmShape = {
  readonly bits: number;
  readonly windows: number;
  /** Buckets of a window. */
  readonly half: number;
  /** Points at once. */
  readonly chunk: number;
  /** Windows at once. */
  readonly together: number;
  readonly gridBits: number;
  readonly rowBits: number;
  readonly rows: number;
  readonly columns: number;
};

/** `scalarBits`: of the largest scalar. A window's digit is at most half of the window's range. */
export const shapeOf = (count: number, bits: number, scalarBits: number): MsmShape => {
  const windows = Math.ceil((scalarBits + 1) / bits);
  const half = 2 ** (bits - 1);
  const chunk = Math.min(count, CHUNK_POINTS);
  const together = Math.floor(GROUP_ITEMS / Math.max(chunk, half));
  const gridBits = Math.floor((bits - 1) / 2);
  const lastRow = half >> gridBits;
  return {
    ...{ bits, windows, half, chunk, gridBits },
    together: Math.min(Math.max(together, 1), windows),
    rowBits: 32 - Math.clz32(lastRow),
    rows: lastRow + 1,
    columns: 2 ** gridBits,
  };
};

/** Addresses. */
export type MsmMemory = {
  readonly work: number;
  readonly digits: number;
  readonly lengths: number;
  readonly buckets: number;
  readonly sums: number;
  readonly words: number;
};

type MsmSizes = { readonly lanes: number; readonly pointBytes: number; readonly wordBytes: number };

/**
 * What a sum over so many bases, or fewer, takes at most, whatever its scalars: bytes. Fewer bases may take more, since more
 * of their windows are summed at once. So each number of windows at once is tried with the most bases that let it be.
 */
export const scratchFor = (count: number, scalarBits: number, sizes: MsmSizes): number => {
  const each = fullestCounts(count).flatMap((most) =>
    windowsUpTo(windowFor(most, FULL_BITS)).map((bits) =>
      measure((room) => {
        takeScalars(room, count);
        placeMemory(room, shapeOf(most, bits, scalarBits), sizes);
      }),
    ),
  );
  return Math.max(...each);
};

/** Bits of the windows that are chosen for scalars of any length. */
const windowsUpTo = (widest: number): readonly number[] =>
  [...new Set(windowBits)].filter((bits) => bits <= widest);

/** All bases, and for each number of windows the most that let so many be summed at once. */
const fullestCounts = (count: number): readonly number[] => {
  const counts = Array.from({ length: FULL_BITS }, (_, index) =>
    Math.min(count, Math.floor(GROUP_ITEMS / (index + 1))),
  );
  return [...new Set([...counts, count])];
};

/** Room for the scalars, recoded, and for what recodes them. */
export const takeScalars = (room: Room, count: number) => ({
  bias: room.alloc(SCALAR_BYTES),
  // Reading a window may reach a few bytes beyond.
  scalars: room.alloc((count + 1) * SCALAR_BYTES),
});

/** Takes what the sums need and fills in the record that they share. */
export const takeMemory = (memory: CoreMemory, shape: MsmShape, sizes: MsmSizes): MsmMemory => {
  const { made, ...taken } = placeMemory(memory, shape, sizes);
  made.forEach((word, index) =>
    memory.view().setUint32(taken.work + POINTER_BYTES * index, word, true),
  );
  return taken;
};

/** Lays out what the sums need; `made` is what their record says of it. */
export const placeMemory = (
  memory: Room,
  shape: MsmShape,
  sizes: MsmSizes,
): MsmMemory & { readonly made: MsmWork } => {
  const { chunk, half, together, rows, columns, gridBits, rowBits } = shape;
  const { lanes, pointBytes, wordBytes } = sizes;
  const buckets = together * half;
  const gridItems = 2 * buckets;
  const bitItems = together * (gridBits * columns + rowBits * rows);
  const items = Math.max(together * chunk + buckets, gridItems, bitItems);
  const bitLists = together * (gridBits + rowBits);
  const lists = Math.max(buckets, together * (rows + columns), bitLists);
  // Two points of others give one of ours.
  const sums = Math.max((together * chunk) / 2, (gridItems + bitItems) / 2) + 1;
  const pointers = (count: number): number => memory.alloc(count * POINTER_BYTES);
  const vector = (lanes * pointBytes) / 2;
  const pairs = LIST_GROUPS * lanes * PAIR_BYTES;
  const lengths = pointers(lists);
  const bucketPointers = pointers(buckets);
  const made: MsmWork = [
    pointers(items),
    pointers(lists),
    lengths,
    memory.alloc(pairs),
    LIST_GROUPS,
    memory.alloc((LIST_GROUPS + BATCH_VECTORS) * vector + pairs + POINTER_BYTES),
    bucketPointers,
    memory.alloc(buckets * pointBytes),
    memory.alloc(Math.ceil(sums) * pointBytes),
  ];
  const work = memory.alloc(64);
  const taken = {
    digits: memory.alloc(together * chunk * DIGIT_BYTES),
    sums: pointers(lists),
    words: memory.alloc(bitLists * wordBytes),
  };
  return { made, work, lengths, buckets: bucketPointers, ...taken };
};

/** 2^(bits - 1) in each window but the last, 32 bytes: what makes signed digits of a scalar (see msmRecode). */
export const biasOf = ({ bits, windows }: MsmShape): Uint8Array => {
  let bias = 0n;
  for (let window = 0; window < windows - 1; window += 1) {
    bias += 1n << BigInt(window * bits + bits - 1);
  }
  return Uint8Array.from({ length: SCALAR_BYTES }, (_, byte) =>
    Number((bias >> BigInt(8 * byte)) & 0xffn),
  );
};
