/**
 * How fma2 keeps a number: signed integers in f64 limbs, balanced around 0, times the radix 2^(width count). Two numbers
 * lie in the halves of v128 registers.
 */
import { interval, type Bound, type Interval } from "./bounds.ts";
import { balanced, bitLength, inverse, signedLimbs, type LimbShape } from "./numbers.ts";

export type FmaShape = LimbShape & {
  readonly modulus: bigint;
  readonly radix: bigint;
  readonly modulusLimbs: readonly bigint[];
  /** 2^-width modulo the modulus, between -1/2 and 1/2 of it: what a low limb is worth one limb higher (Yuval's reduction). */
  readonly shiftLimbs: readonly bigint[];
  readonly shift: bigint;
  /** -1 / modulus mod 2^width, balanced. */
  readonly negativeInverse: bigint;
  /** Added to a column so that it is positive when it is shifted: the machine has no fast signed shift of i64x2. */
  readonly bias: bigint;
  /** What single elements in memory are: within about half the modulus of 0. */
  readonly single: Bound;
  /**
   * What vectors in memory are, and what loops carry: a product of two such is within this, so none needs a norm. In units
   * of the modulus it is at most 0.378 |a| |b| + 0.63 on BN254 and 2^-19 |a| |b| + 0.51 on BLS12-381's Fq; that field's Fr, with
   * 0.906 |a| |b| + 0.51, does need norms.
   */
  readonly vector: Bound;
};

/** 5 x 51 bits up to 255 bits; above, 8 x 50, whose spare bits make lazy sums free. */
export const fmaLimbsOf = (modulus: bigint): LimbShape =>
  bitLength(modulus) <= 255 ? { width: 51n, count: 5 } : { width: 50n, count: 8 };

export type FmaInternals = {
  readonly limbs?: LimbShape;
  readonly bias?: bigint;
  /** Of vectors. */
  readonly memory?: Interval;
};

export const fmaShape = (
  modulus: bigint,
  {
    limbs = fmaLimbsOf(modulus),
    bias = 2n ** 58n,
    memory = interval.around((33n * modulus) / 32n),
  }: FmaInternals = {},
): FmaShape => {
  const unit = 2n ** limbs.width;
  const shift = balanced(inverse(unit, modulus), modulus);
  return {
    ...limbs,
    ...{ modulus, bias, shift },
    radix: unit ** BigInt(limbs.count),
    modulusLimbs: signedLimbs(modulus, limbs),
    shiftLimbs: signedLimbs(shift, limbs),
    negativeInverse: balanced(-inverse(modulus, unit), unit),
    single: balancedBound(limbs, interval.around(modulus / 2n + modulus / 2n ** 20n)),
    vector: balancedBound(limbs, memory),
  };
};

/** All limbs but the last within 2^(width - 1) of 0: then the value says what the last can be. */
export const balancedBound = ({ width, count }: LimbShape, value: Interval): Bound => {
  const half = 2n ** (width - 1n);
  const lower = Array.from({ length: count - 1 }, () => interval.around(half));
  const unit = 2n ** (width * BigInt(count - 1));
  const most = lower.reduce((sum, _, index) => sum + half * 2n ** (width * BigInt(index)), 0n);
  const last = interval.of(-((most - value.low) / unit), (value.high + most) / unit);
  return { limbs: [...lower, last], value };
};
