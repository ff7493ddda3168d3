/** How scalar9 keeps a number: limbs of `width` bits in i64 registers and u32 memory, times the Montgomery radix. */
import { interval, type Bound, type Interval } from "./bounds.ts";
import { bitLength, inverse, unsignedLimbs, type LimbShape } from "./numbers.ts";

export type ScalarShape = LimbShape & {
  readonly modulus: bigint;
  /** 2^(width count): elements are stored times this. */
  readonly radix: bigint;
  /** The modulus's limbs. */
  readonly modulusLimbs: readonly bigint[];
  /** -1 / modulus mod 2^width. */
  readonly negativeInverse: bigint;
  /**
   * 2^-width modulo the modulus, from -3/4 to 1/4 of it: what a low limb is worth one limb higher (Yuval's reduction). So
   * chosen, reduced products are less than 5/4 of the modulus from 0.
   */
  readonly shift: bigint;
  /** Limbs of the shift, the last with its sign. */
  readonly shiftLimbs: readonly bigint[];
  /** What memory holds: all limbs carried, the last with the sign. */
  readonly stored: Bound;
};

/** 9 x 29 bits up to 256 bits, 14 x 28 above: sums of products of carried limbs stay below 2^63. */
export const limbShapeOf = (modulus: bigint): LimbShape =>
  bitLength(modulus) <= 256 ? { width: 29n, count: 9 } : { width: 28n, count: 14 };

/** A Montgomery product of what memory holds is again within this. */
const memoryOf = (modulus: bigint): Interval => interval.of(-modulus, 2n * modulus);

export const scalarShape = (
  modulus: bigint,
  limbs: LimbShape,
  memory = memoryOf(modulus),
): ScalarShape => {
  const inverted = inverse(2n ** limbs.width, modulus);
  const shift = 4n * inverted > modulus ? inverted - modulus : inverted;
  return {
    ...limbs,
    ...{ modulus, shift, shiftLimbs: unsignedLimbs(shift, limbs) },
    radix: 2n ** (limbs.width * BigInt(limbs.count)),
    modulusLimbs: unsignedLimbs(modulus, limbs),
    negativeInverse: 2n ** limbs.width - inverse(modulus, 2n ** limbs.width),
    stored: carriedBound(limbs, memory),
  };
};

/** All limbs but the last from 0 to 2^width - 1: then the value says what the last can be. */
export const carriedBound = ({ width, count }: LimbShape, value: Interval): Bound => {
  const limb = interval.of(0n, 2n ** width - 1n);
  const lower = Array.from({ length: count - 1 }, () => limb);
  // The lower limbs are below one unit of the last: it is the value's floor.
  return { limbs: [...lower, interval.shiftRight(value, width * BigInt(count - 1))], value };
};
