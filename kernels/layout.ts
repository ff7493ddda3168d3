/** What the engine must know of a kernel module: types only. The module itself tells the numbers. */
export type CurveId = "bn128" | "bls12381";

export type KernelLayout = {
  readonly curve: CurveId;
  readonly kernel: "wide4" | "fma2" | "ext4" | "scalar9";
  readonly lanes: number;
  /** Bytes of an element of Fq and of Fr in memory. */
  readonly fqBytes: number;
  readonly frBytes: number;
  /** Bytes of an affine point in memory. */
  readonly g1Bytes: number;
  readonly g2Bytes: number;
  /** Where memory is free from. */
  readonly heapBase: number;
};

/** An exported function: takes 32-bit integers (pointers are bytes), gives one or nothing. */
export type KernelCall = (...numbers: readonly number[]) => number | undefined;

/**
 * Transforms (kernels/ntt). Sizes are powers of two, at least `lanes`. `range` stands for: twiddles (address), scratch
 * (lanes x lanes elements), vectors (of the whole transform), from, to (vectors of this call; `from` a multiple of lanes).
 *
 * - frPowers(out, end, seeds): elements from `out` to `end` (rounded up to whole vectors): seed k times step^i for element
 *   i lanes + k; seeds are `lanes` elements, then the step.
 * - frPack(out, elements, ...range): elements in their order to vectors, with an inverse transform's stages across lanes.
 * - frPackProduct(out, left, right, scale, ...range): the same of the products of two arrays times the element `scale`.
 * - frDif1, frDif2, frDit1, frDit2(begin, end, part, from, to, twiddles): one or two stages on blocks of two or four parts
 *   of `part` bytes; of each part its bytes from `from` to `to`. frDifLast(begin, end, twiddles): the last two of frDif.
 */
export type NttExports = Readonly<
  Record<
    | "frPowers"
    | "frPack"
    | "frPackProduct"
    | "frDif1"
    | "frDif2"
    | "frDifLast"
    | "frDit1"
    | "frDit2",
    KernelCall
  >
>;

/**
 * The constraint system (kernels/matrix).
 *
 * - frElements(out, words, count): canonical integers to elements.
 * - frCoefficients(out, words, count, scale): coefficients as zkeys hold them, times the element `scale`.
 * - frRows(begin, end, out, witness, coefficients): rows times the witness, as elements; groups are described at emitRows.
 * - frJoin(out, a, b, c, ...range): a forward transform's stages across lanes on three of them, then a b - c as canonical
 *   integers in their order.
 */
export type MatrixExports = Readonly<
  Record<"frElements" | "frCoefficients" | "frRows" | "frJoin", KernelCall>
>;

/**
 * What the steps of one multi-scalar multiplication share, u32 each, 128 bytes with what the steps keep for themselves:
 * the driver fills in these. Lists have `lengths` and begin at `offsets` (in items) of `items`, which are addresses of
 * points, bit 0 set where -point is meant, 0 for infinity. `list` has room for `listGroups` x `lanes` pairs of 12 bytes,
 * `scratch` for `listGroups` + 20 vectors of coordinates and as many pairs again and 4 bytes. `buckets` are addresses, and
 * `bucketPoints` room for as many points; `free`, behind the last of them, is room for sums. A chunk of points becomes
 * terms: scalars of 16 bytes at `termScalars` (and 3 bytes behind them), addresses at `termPoints`; `sources` lists the
 * points with images, which go from `images` to `imagesEnd`.
 */
export type MsmWork = readonly [
  items: number,
  offsets: number,
  lengths: number,
  list: number,
  listGroups: number,
  scratch: number,
  buckets: number,
  bucketPoints: number,
  free: number,
  termScalars: number,
  termPoints: number,
  sources: number,
  images: number,
  imagesEnd: number,
];

/** Multi-scalar multiplication (kernels/msm): each is described where it is emitted. */
export type MsmExports = Readonly<
  Record<
    | "msmScalars"
    | "msmDigits"
    | "msmOffsets"
    | "msmPlace"
    | "msmKeep"
    | "msmGrid"
    | "msmSums"
    | "msmBits"
    | `${"g1" | "g2"}${"Split" | "Images" | "Sum" | "FromZkey" | "PointsToWords"}`,
    KernelCall
  >
>;

/**
 * Arithmetic by itself, on arrays of `count` elements (kernels/field): for tests, timing and small conversions. Addresses
 * are in bytes; `out` may be an operand, and overlaps none otherwise.
 *
 * - Mul, Add, Sub(out, a, b, count); Sqr(out, a, count).
 * - NegateWhere(out, a, flags, count): -a where the flag, a u32, is not 0, else a.
 * - Equal(out, a, b, count): 1 where both are the same in the field, else 0, a u32 each.
 * - FromWords(out, in, count): integers of 32 (BLS12-381's Fq: 48) bytes, little-endian, of any value, to elements.
 *   ToWords(out, in, count): elements to canonical integers.
 * - MulVectors(vectors, count, factor, rounds): vectors times the element `factor`, `rounds` times over. Of one vector each
 *   product waits for the one before; of many they overlap. Memory that is all 0 holds vectors of 0.
 */
export type FieldExports = Readonly<
  Record<
    | `${"fq" | "fr" | "fq2"}${"Mul" | "Add" | "Sub" | "Sqr" | "NegateWhere" | "Equal"}`
    | `${"fq" | "fr"}${"FromWords" | "ToWords" | "MulVectors"}`,
    KernelCall
  >
>;
