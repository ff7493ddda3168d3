/** How ext4 keeps numbers: those of four lanes in i32x4 registers, limb by limb, signed while they are lazily added. */
import { interval, type Interval } from "./bounds.ts";
import { bitLength, signedLimbs, type LimbShape } from "./numbers.ts";
import { scalarShape, type ScalarShape } from "./scalar-shape.ts";

export type ExtShape = ScalarShape & {
  /** The modulus's limbs around 0, so that some multiples of them fit 32 bits. */
  readonly signedModulus: readonly bigint[];
  readonly estimate: QuotientEstimate;
};

/** (last limb >> drop) factor / 2^shift is about the value over the modulus, all within 32 bits. */
export type QuotientEstimate = {
  readonly drop: bigint;
  readonly factor: bigint;
  readonly shift: bigint;
};

/** Bits of the last limb of the modulus that the estimate looks at, and of its factor. */
const PRECISION = 12;

/** Holds what norm leaves, half the modulus around 0, and products of several moduli each. */
const memoryOf = (modulus: bigint): Interval =>
  interval.of((-7n * modulus) / 8n, (11n * modulus) / 8n);

export const extShape = (
  modulus: bigint,
  limbs: LimbShape,
  memory = memoryOf(modulus),
): ExtShape => {
  const unit = limbs.width * BigInt(limbs.count - 1);
  const lastBits = bitLength(modulus >> unit);
  const drop = BigInt(Math.max(0, lastBits - PRECISION));
  const shift = BigInt(lastBits + PRECISION) - drop;
  return {
    ...scalarShape(modulus, limbs, memory),
    signedModulus: signedLimbs(modulus, limbs),
    estimate: { drop, shift, factor: 2n ** (unit + drop + shift) / modulus },
  };
};
