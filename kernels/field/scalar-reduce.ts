/** How often the modulus is taken away from a lazily added number, and what is left then. */
import { at, interval, type Bound, type Interval } from "./bounds.ts";
import { bitLength } from "./numbers.ts";
import { int, type Ranged } from "./ranged.ts";
import type { ScalarShape } from "./scalar-shape.ts";

/** Bits of the factor beyond those of the modulus's last limb. */
const PRECISION = 27;

/** factor / 2^shift is a unit of the last limb over the modulus, rounded down. */
const estimate = ({ modulus, width, count }: ScalarShape) => {
  const unit = width * BigInt(count - 1);
  const shift = BigInt(bitLength(modulus >> unit) + PRECISION);
  return { shift, factor: 2n ** (unit + shift) / modulus, unit: 2n ** unit };
};

/** The last limb, not carried, over the modulus, rounded to the nearest. */
export const estimateQuotient = (last: Ranged, shape: ScalarShape): Ranged => {
  const { shift, factor } = estimate(shape);
  const half = int.const(2n ** (shift - 1n));
  return int.shiftRight(int.add(int.mul(last, int.const(factor)), half), shift);
};

/**
 * value = last unit + lower, and the quotient is within 1/2 of last factor / 2^shift: so the remainder is within half the
 * modulus of last (unit - factor modulus / 2^shift) + lower.
 */
export const remainderOf = ({ limbs }: Bound, shape: ScalarShape): Interval => {
  const { modulus, width, count } = shape;
  const { shift, factor, unit } = estimate(shape);
  const missed = interval.exactly(unit * 2n ** shift - factor * modulus);
  const miss = interval.shiftRight(interval.mul(at(limbs, count - 1), missed), shift);
  const lower = limbs
    .slice(0, -1)
    .map((limb, index) => interval.mul(limb, interval.exactly(2n ** (width * BigInt(index)))))
    .reduce(interval.add, interval.of(0n, 1n));
  return interval.add(interval.add(miss, lower), interval.around(modulus / 2n + 1n));
};
