/** How a multi-scalar multiplication is cut up, and what memory it takes. */
import type { CurveId, MsmWork } from "../../kernels/layout.ts";
import { measure, type CoreMemory, type Room } from "./memory.ts";

export type GroupId = "g1" | "g2";

/** What endomorphisms make of a long scalar: so many parts below 2^bits. */
export type Parts = { readonly number: number; readonly bits: number };

/** As kernels/msm/decomposition.ts derives it. */
export const partsOf: Readonly<Record<CurveId, Readonly<Record<GroupId, Parts>>>> = {
  bn128: { g1: { number: 2, bits: 126 }, g2: { number: 4, bits: 64 } },
  bls12381: { g1: { number: 2, bits: 127 }, g2: { number: 4, bits: 63 } },
};

export type Tuning = {
  /** Terms that are sorted at once: their points stay in a second-level cache while their windows are summed. */
  readonly chunkTerms: number;
  /** Terms or buckets, of all windows that are summed at once: enough that inversions do not count. */
  readonly groupItems: number;
  /** Bits of a window by the logarithm of the number of points, for scalars of full length. */
  readonly windowBits: readonly number[];
};

/**
 * Measured by bench/prove/tunings.ts with fma2 in Chromium. At 2^10, 2^12, 2^14 and 2^16 points a window of one bit more or less
 * costs 1 to 8 % in G1, up to 14 % in G2. Windows beyond 13 bits lose although they need fewer additions: their buckets leave
 * the caches. Chunks of 2^13 to 2^15 terms differ less than runs do, but in G2, whose points are twice as large.
 */
export const tunings: Readonly<Record<GroupId, Tuning>> = {
  g1: {
    chunkTerms: 2 ** 14,
    groupItems: 2 ** 15,
    windowBits: [2, 3, 3, 4, 5, 5, 6, 7, 8, 8, 9, 10, 10, 12, 13],
  },
  g2: {
    chunkTerms: 2 ** 13,
    groupItems: 2 ** 14,
    windowBits: [3, 3, 4, 4, 4, 5, 6, 7, 8, 9, 11, 11, 13],
  },
};

const FULL_BITS = 254;
/** Lane groups that share one inversion. */
const LIST_GROUPS = 1024;
/** Vectors of coordinates that a batch keeps beside the products (kernels/curve/batch.ts). */
const BATCH_VECTORS = 20;
const PAIR_BYTES = 12;
const POINTER_BYTES = 4;
const DIGIT_BYTES = 2;
const SCALAR_BYTES = 32;
const TERM_BYTES = 16;
const WORK_BYTES = 128;
/** Words of the record that name the buckets at hand: see MsmWork of kernels/layout.ts. */
const BUCKETS_WORD = 6;
const BUCKET_POINTS_WORD = 7;

/** Sums over one group: what the shapes below are made for. */
export type MsmGroup = {
  readonly parts: Parts;
  readonly tuning: Tuning;
  readonly lanes: number;
  readonly pointBytes: number;
  /** Bytes of a point in canonical integers. */
  readonly wordBytes: number;
};

/** Bits of a window for `count` scalars of `averageBits` bits. */
export const windowFor = ({ windowBits }: Tuning, count: number, averageBits: number): number => {
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
  /** Terms of so many points at most. */
  readonly terms: number;
  /** Windows at once. */
  readonly together: number;
  readonly gridBits: number;
  readonly rowBits: number;
  readonly rows: number;
  readonly columns: number;
};

/** A window's digit is at most half of the window's range. */
export const shapeOf = ({ parts, tuning }: MsmGroup, count: number, bits: number): MsmShape => {
  const windows = Math.ceil((parts.bits + 1) / bits);
  const half = 2 ** (bits - 1);
  const chunk = Math.min(count, Math.floor(tuning.chunkTerms / parts.number));
  const terms = chunk * parts.number;
  const together = Math.floor(tuning.groupItems / Math.max(terms, half));
  const gridBits = Math.floor((bits - 1) / 2);
  const lastRow = half >> gridBits;
  return {
    ...{ bits, windows, half, chunk, terms, gridBits },
    together: Math.min(Math.max(together, 1), windows),
    rowBits: 32 - Math.clz32(lastRow),
    rows: lastRow + 1,
    columns: 2 ** gridBits,
  };
};

/** Addresses. */
export type MsmMemory = {
  readonly bias: number;
  readonly work: number;
  readonly digits: number;
  readonly lengths: number;
  readonly buckets: number;
  readonly bucketPoints: number;
  readonly sums: number;
  readonly words: number;
};

/**
 * What a sum over so many bases, or fewer, takes at most, whatever its scalars: bytes. Fewer bases may take more, since more
 * of their windows are summed at once. So each number of windows at once is tried with the most bases that let it be.
 */
export const scratchFor = (group: MsmGroup, count: number): number => {
  const each = fullestCounts(group, count).flatMap((most) =>
    windowsUpTo(group, most).map((bits) =>
      measure((room) => {
        takeScalars(room, count);
        placeMemory(room, shapeOf(group, most, bits), group);
      }),
    ),
  );
  return Math.max(...each);
};

/** Bits of all windows that are chosen for so many scalars of any length. */
const windowsUpTo = ({ tuning }: MsmGroup, count: number): readonly number[] => {
  const widest = windowFor(tuning, count, FULL_BITS);
  return [...new Set(tuning.windowBits)].filter((bits) => bits <= widest);
};

/** All bases, and for each number of windows the most that let so many be summed at once. */
const fullestCounts = ({ parts, tuning }: MsmGroup, count: number): readonly number[] => {
  const counts = Array.from({ length: parts.bits + 1 }, (_, index) =>
    Math.min(count, Math.floor(tuning.groupItems / (index + 1) / parts.number)),
  );
  return [...new Set([...counts.filter((most) => most > 0), count])];
};

/** Room for the scalars as they are split. */
export const takeScalars = (room: Room, count: number): number => room.alloc(count * SCALAR_BYTES);

/** Takes what the sums need and fills in the record that they share. */
export const takeMemory = (memory: CoreMemory, shape: MsmShape, group: MsmGroup): MsmMemory => {
  const { made, ...taken } = placeMemory(memory, shape, group);
  made.forEach((word, index) =>
    memory.view().setUint32(taken.work + POINTER_BYTES * index, word, true),
  );
  memory.u8().set(biasOf(shape), taken.bias);
  return taken;
};

/** Lets the record name the buckets of `window` and those behind it. */
export const turnTo = (
  memory: CoreMemory,
  { work, buckets, bucketPoints }: MsmMemory,
  before: { readonly buckets: number; readonly pointBytes: number },
): void => {
  const view = memory.view();
  const at = (word: number): number => work + POINTER_BYTES * word;
  view.setUint32(at(BUCKETS_WORD), buckets + before.buckets * POINTER_BYTES, true);
  view.setUint32(at(BUCKET_POINTS_WORD), bucketPoints + before.buckets * before.pointBytes, true);
};

/** Lays out what the sums need; `made` is what their record says of it. */
export const placeMemory = (
  memory: Room,
  shape: MsmShape,
  { parts, lanes, pointBytes, wordBytes }: MsmGroup,
): MsmMemory & { readonly made: MsmWork } => {
  const { chunk, terms, half, windows, together, rows, columns, gridBits, rowBits } = shape;
  const grouped = together * half;
  const gridItems = 2 * grouped;
  const bitItems = together * (gridBits * columns + rowBits * rows);
  const items = Math.max(together * terms + grouped, gridItems, bitItems);
  const bitLists = together * (gridBits + rowBits);
  const lists = Math.max(grouped, together * (rows + columns), bitLists);
  // Two points of others give one of ours.
  const sums = Math.max((together * terms) / 2, (gridItems + bitItems) / 2) + 1;
  const pointers = (count: number): number => memory.alloc(count * POINTER_BYTES);
  const points = (count: number): number => memory.alloc(count * pointBytes);
  const vector = (lanes * pointBytes) / 2;
  const pairs = LIST_GROUPS * lanes * PAIR_BYTES;
  const lengths = pointers(lists);
  const buckets = pointers(windows * half);
  const images = points((parts.number - 1) * chunk);
  const bucketPoints = points(windows * half);
  const made: MsmWork = [
    pointers(items),
    pointers(lists),
    lengths,
    memory.alloc(pairs),
    LIST_GROUPS,
    memory.alloc((LIST_GROUPS + BATCH_VECTORS) * vector + pairs + POINTER_BYTES),
    buckets,
    bucketPoints,
    points(Math.ceil(sums)),
    memory.alloc((terms + 1) * TERM_BYTES),
    pointers(terms),
    pointers(chunk),
    images,
    images + (parts.number - 1) * chunk * pointBytes,
  ];
  const taken = {
    bias: memory.alloc(TERM_BYTES),
    work: memory.alloc(WORK_BYTES),
    digits: memory.alloc(together * terms * DIGIT_BYTES),
    sums: pointers(lists),
    words: memory.alloc(bitLists * wordBytes),
  };
  return { made, lengths, buckets, bucketPoints, ...taken };
};

/**
 * 2^(bits - 1) in each window but the last, 16 bytes. With it added to a scalar, a window holds its signed digit plus
 * 2^(bits - 1), whatever the windows below it hold.
 */
const biasOf = ({ bits, windows }: MsmShape): Uint8Array => {
  let bias = 0n;
  for (let window = 0; window < windows - 1; window += 1) {
    bias += 1n << BigInt(window * bits + bits - 1);
  }
  return Uint8Array.from({ length: TERM_BYTES }, (_, byte) =>
    Number((bias >> BigInt(8 * byte)) & 0xffn),
  );
};
