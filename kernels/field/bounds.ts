/**
 * Interval analysis: what the numbers in an element's registers can be, known while code is emitted. A kernel computes each
 * result's bound from its operands' and refuses to emit what could leave the range in which it is exact.
 */
import { AssemblyError } from "../asm/index.ts";

/** All integers from `low` to `high`. */
export type Interval = { readonly low: bigint; readonly high: bigint };

/** Limbs, the least significant first, and the number that they stand for; both hold at once. */
export type Bound = { readonly limbs: readonly Interval[]; readonly value: Interval };

const least = (values: readonly bigint[]): bigint => values.reduce((a, b) => (b < a ? b : a));
const greatest = (values: readonly bigint[]): bigint => values.reduce((a, b) => (b > a ? b : a));
const spanning = (...ends: readonly bigint[]): Interval => ({
  low: least(ends),
  high: greatest(ends),
});

export const interval = {
  of: (low: bigint, high: bigint): Interval => ({ low, high }),
  exactly: (value: bigint): Interval => ({ low: value, high: value }),
  /** From -magnitude to magnitude. */
  around: (magnitude: bigint): Interval => ({ low: -magnitude, high: magnitude }),
  add: (a: Interval, b: Interval): Interval => ({ low: a.low + b.low, high: a.high + b.high }),
  sub: (a: Interval, b: Interval): Interval => ({ low: a.low - b.high, high: a.high - b.low }),
  neg: (a: Interval): Interval => ({ low: -a.high, high: -a.low }),
  mul: (a: Interval, b: Interval): Interval =>
    spanning(a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high),
  /** Rounded down, as an arithmetic shift does. */
  shiftRight: (a: Interval, bits: bigint): Interval => ({
    low: a.low >> bits,
    high: a.high >> bits,
  }),
  join: (a: Interval, b: Interval): Interval => spanning(a.low, a.high, b.low, b.high),
  within: (a: Interval, b: Interval): boolean => a.low >= b.low && a.high <= b.high,
  magnitude: (a: Interval): bigint => greatest([-a.low, a.high]),
} as const;

/** @throws AssemblyError when `a` can leave `limit`. */
export const requireWithin = (a: Interval, limit: Interval, what: string): void => {
  if (interval.within(a, limit)) return;
  throw new AssemblyError(
    `${what} can be from ${a.low} to ${a.high}; allowed is from ${limit.low} to ${limit.high}`,
  );
};

/** @throws AssemblyError when a limb can leave what its register holds exactly. */
export const requireLimbs = ({ limbs }: Bound, register: Interval): void => {
  for (const limb of limbs) requireWithin(limb, register, "a limb");
};

const eachLimb = (
  [a, b]: readonly [Bound, Bound],
  how: (a: Interval, b: Interval) => Interval,
): readonly Interval[] => a.limbs.map((limb, index) => how(limb, limbOf(b, index)));

/** @throws AssemblyError when the element has fewer limbs. */
const limbOf = (bound: Bound, index: number): Interval => at(bound.limbs, index);

/** An item that is there by construction. @throws AssemblyError when it is not. */
export const at = <Item>(list: readonly Item[], index: number): Item => {
  const item = list[index];
  if (item === undefined)
    throw new AssemblyError(`there are ${list.length} items, not ${index + 1}`);
  return item;
};

export const bound = {
  add: (a: Bound, b: Bound): Bound => ({
    limbs: eachLimb([a, b], interval.add),
    value: interval.add(a.value, b.value),
  }),
  sub: (a: Bound, b: Bound): Bound => ({
    limbs: eachLimb([a, b], interval.sub),
    value: interval.sub(a.value, b.value),
  }),
  neg: (a: Bound): Bound => ({ limbs: a.limbs.map(interval.neg), value: interval.neg(a.value) }),
  /** Of either. */
  join: (a: Bound, b: Bound): Bound => ({
    limbs: eachLimb([a, b], interval.join),
    value: interval.join(a.value, b.value),
  }),
  within: (a: Bound, b: Bound): boolean =>
    interval.within(a.value, b.value) &&
    a.limbs.every((limb, index) => interval.within(limb, limbOf(b, index))),
  /** The greatest magnitude of a limb. */
  limb: (a: Bound): bigint => greatest(a.limbs.map(interval.magnitude)),
} as const;
