/** Arithmetic on i64 whose ranges are known: what could overflow is not emitted. */
import { i32, i64, type I64 } from "../asm/index.ts";
import { interval, requireWithin, type Interval } from "./bounds.ts";

/** Code and what its value can be. */
export type Ranged = { readonly code: I64; readonly range: Interval };

/** What an i64 holds. */
export const word: Interval = interval.of(-(2n ** 63n), 2n ** 63n - 1n);

/** @throws AssemblyError when the range is not that of an i64. */
export const ranged = (code: I64, range: Interval): Ranged => {
  requireWithin(range, word, code.instruction.text);
  return { code, range };
};

export const int = {
  const: (value: bigint): Ranged => ranged(i64.const(value), interval.exactly(value)),
  add: (a: Ranged, b: Ranged): Ranged =>
    ranged(i64.add(a.code, b.code), interval.add(a.range, b.range)),
  sub: (a: Ranged, b: Ranged): Ranged =>
    ranged(i64.sub(a.code, b.code), interval.sub(a.range, b.range)),
  mul: (a: Ranged, b: Ranged): Ranged =>
    ranged(i64.mul(a.code, b.code), interval.mul(a.range, b.range)),
  /** Arithmetic, rounded down. */
  shiftRight: (a: Ranged, bits: bigint): Ranged =>
    ranged(i64.shrS(a.code, i64.const(bits)), interval.shiftRight(a.range, bits)),
  /** The lowest bits, from 0 on. */
  low: (a: Ranged, bits: bigint): Ranged => {
    const mask = 2n ** bits - 1n;
    return ranged(i64.and(a.code, i64.const(mask)), interval.of(0n, mask));
  },
  sum: (first: Ranged, ...rest: readonly Ranged[]): Ranged =>
    rest.reduce((sum, term) => int.add(sum, term), first),
} as const;

/** The low 32 bits of memory, extended by their sign. */
export const load32S = (address: Parameters<typeof i32.load>[0], offset: number): I64 =>
  i64.extendI32S(i32.load(address, offset));
