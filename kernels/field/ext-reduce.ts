/** What ext4's operands must be, and what norm leaves of a lazily added number. */
import { at, bound, interval, requireLimbs, type Bound, type Interval } from "./bounds.ts";
import type { ExtShape } from "./ext-shape.ts";
import { columnsFit, reducedValue } from "./scalar-multiply.ts";

/** What a lane of an i32x4 holds. */
const lane = interval.of(-(2n ** 31n), 2n ** 31n - 1n);

/** @throws AssemblyError when a limb can leave its lane. */
export const requireHeld = (known: Bound): void => requireLimbs(known, lane);

/** Room for a carry within 32 bits. */
const single = interval.around(2n ** 31n - 2n ** 4n);

export type Remainder = { readonly value: Interval; readonly times: Interval };

/**
 * value = last unit + lower, last = first 2^drop + dropped, and the quotient is within 1/2 of first factor / 2^shift: the
 * remainder is first (unit 2^drop - factor modulus / 2^shift) + dropped unit + lower, and half the modulus around it.
 */
export const remainderOf = ({ limbs }: Bound, shape: ExtShape): Remainder => {
  const { modulus, width, count, estimate } = shape;
  const { drop, factor, shift } = estimate;
  const unit = 2n ** (width * BigInt(count - 1));
  const first = interval.shiftRight(at(limbs, count - 1), drop);
  const missed = interval.exactly(unit * 2n ** (drop + shift) - factor * modulus);
  const dropped = interval.of(0n, (2n ** drop - 1n) * unit);
  const lower = limbs
    .slice(0, -1)
    .map((limb, index) => interval.mul(limb, interval.exactly(2n ** (width * BigInt(index)))))
    .reduce(interval.add, interval.of(0n, 1n));
  const parts = [interval.shiftRight(interval.mul(first, missed), shift), dropped, lower];
  const half = interval.around(modulus / 2n + 1n);
  const rounded = interval.add(
    interval.mul(first, interval.exactly(factor)),
    interval.exactly(2n ** (shift - 1n)),
  );
  return { value: parts.reduce(interval.add, half), times: interval.shiftRight(rounded, shift) };
};

/** Whether the estimate, and each limb less that multiple of the modulus's, fit 32 bits with a carry. */
export const isExact = (known: Bound, shape: ExtShape): boolean => {
  const { signedModulus, count, width, estimate } = shape;
  const { times } = remainderOf(known, shape);
  const first = interval.shiftRight(at(known.limbs, count - 1), estimate.drop);
  const scaled = interval.magnitude(first) * estimate.factor + 2n ** estimate.shift;
  // A carry is below 2^(32 - width).
  const room = interval.around(2n ** 31n - 2n ** (33n - width));
  const fits = known.limbs.every((limb, index) => {
    const taken = interval.mul(times, interval.exactly(at(signedModulus, index)));
    return interval.within(interval.sub(limb, taken), room);
  });
  return fits && scaled < 2n ** 31n;
};

/** Whether norm can bring such an element back. */
export const isLazy = ({ limbs, value }: Bound, shape: ExtShape): boolean => {
  const times = 2n ** (32n - shape.width) - 3n;
  const near = interval.around(times * shape.modulus);
  return interval.within(value, near) && limbs.every((limb) => interval.within(limb, single));
};

export const productsFit = (a: Bound, b: Bound, shape: ExtShape): boolean => {
  const value = reducedValue(interval.mul(a.value, b.value), shape);
  return (
    columnsFit(bound.limb(a), bound.limb(b), shape) && interval.within(value, shape.stored.value)
  );
};
