/** What fma2's operands must be for a product, and what norm leaves of a lazily added number. */
import { at, interval, type Bound, type Interval } from "./bounds.ts";
import { reducedValue } from "./fma-multiply.ts";
import { balancedBound, type FmaShape } from "./fma-shape.ts";

/** Whether the product of two such elements is exact, and its last limb small enough for its bits. */
export const productsFit = (a: Bound, b: Bound, shape: FmaShape): boolean => {
  const limit = 2n ** (51n + shape.width);
  const largest = (x: Bound): bigint =>
    x.limbs.map(interval.magnitude).reduce((most, limb) => (limb > most ? limb : most), 0n);
  const value = reducedValue(interval.mul(a.value, b.value), shape);
  const last = at(balancedBound(shape, value).limbs, shape.count - 1);
  return largest(a) * largest(b) <= limit && interval.magnitude(last) <= 2n ** 51n;
};

export type Remainder = {
  readonly value: Interval;
  /** Of the modulus, taken away. */
  readonly times: Interval;
  /** What is left of the last limb before the others are carried. */
  readonly rest: Interval;
};

/**
 * value = last unit + lower. The estimate last unit / modulus is rounded three times, each by less than 2^-52 of it, and
 * then to the nearest integer: so what is left is lower, half the modulus, and that error times the modulus.
 */
export const remainderOf = ({ limbs }: Bound, shape: FmaShape): Remainder => {
  const { modulus, modulusLimbs, width, count } = shape;
  const unit = 2n ** (width * BigInt(count - 1));
  const last = interval.magnitude(at(limbs, count - 1));
  const times = (last * unit) / modulus + 1n;
  const lower = limbs
    .slice(0, -1)
    .map((limb, index) => interval.mul(limb, interval.exactly(2n ** (width * BigInt(index)))))
    .reduce(interval.add, interval.exactly(0n));
  const error = (times * modulus) / 2n ** 50n + modulus / 2n + 2n;
  // last - times top = (last unit - times modulus + times (modulus - top unit)) / unit.
  const low = interval.magnitude(interval.exactly(modulus - at(modulusLimbs, count - 1) * unit));
  return {
    value: interval.add(lower, interval.around(error)),
    times: interval.around(times),
    rest: interval.around((error + times * low) / unit + 1n),
  };
};

/** Whether each limb less that multiple of the modulus's is an exact f64, and stays so with a carry. */
export const isExact = (known: Bound, shape: FmaShape): boolean => {
  const { modulusLimbs, count } = shape;
  const { times, rest } = remainderOf(known, shape);
  return known.limbs.every((limb, index) => {
    const taken = interval.mul(times, interval.exactly(at(modulusLimbs, index)));
    return interval.within(index === count - 1 ? rest : interval.sub(limb, taken), exact);
  });
};

/** Integers that an f64 holds exactly, less room for a carry, which is below 2^53 / 2^width. */
const exact = interval.around(2n ** 53n - 2n ** 10n);

/** Whether norm can bring such an element back: limbs exact, and multiples of the modulus's limbs, too. */
export const isLazy = ({ limbs, value }: Bound, { width, modulus }: FmaShape): boolean => {
  const times = 2n ** (54n - width) - 3n;
  const near = interval.around(times * modulus);
  return interval.within(value, near) && limbs.every((limb) => interval.within(limb, exact));
};
