/**
 * Products of f64 limbs, exact by fused multiply-add, summed as integers and reduced row by row.
 *
 * With C = 1.5 2^(52 + w) and D = 1.5 2^52: hi = fma(a, b, C) is C + h 2^w, whose bits are those of C plus h, and
 * lo = fma(a, b, (C + D) - hi) is D + l with a b = h 2^w + l, whose bits are those of D plus l. Bits are added as i64 in
 * columns; each column starts with what takes the exponents' bits away again. Sources: Emmart's use of f64 (Yrrid, ZPrize
 * 2023), and Yuval's reduction for all limbs but the last.
 */
import {
  f64x2,
  i32,
  i64x2,
  v128,
  type FunctionBuilder,
  type Local,
  type V128,
} from "../asm/index.ts";
import { at, interval, requireWithin, type Interval } from "./bounds.ts";
import type { FmaConstants } from "./fma-constants.ts";
import { balancedBound, type FmaShape } from "./fma-shape.ts";
import { indices } from "./limb-code.ts";
import type { Rows } from "./rows.ts";

/** A register or constant, and what its integer can be. */
export type Limb = { readonly code: V128; readonly range: Interval };

export type FmaLocals = {
  readonly columns: readonly Local<"v128">[];
  readonly high: Local<"v128">;
  readonly quotient: Local<"v128">;
};

export type FmaContext = {
  readonly f: FunctionBuilder;
  readonly shape: FmaShape;
  readonly constants: FmaConstants;
  readonly locals: FmaLocals;
};

type Column = { range: Interval; started: boolean };
type Counts = { high: number; low: number };

export class FmaRows {
  readonly #context: FmaContext;
  readonly #columns: readonly Column[];
  readonly #counts: readonly Counts[];

  constructor(context: FmaContext, rows: Rows<Limb>) {
    this.#context = context;
    this.#columns = indices(2 * context.shape.count).map(() => ({
      range: interval.exactly(0n),
      started: false,
    }));
    this.#counts = countsOf(rows, context.shape.count);
    rows.forEach((products, row) => {
      for (const { column, a, b } of products) this.#product(column, a, b);
      this.#reduce(row);
    });
  }

  /** Sets `into` to the columns above the radix, balanced. @throws AssemblyError when the last limb is too large for its bits. */
  finish(into: readonly Local<"v128">[], value: Interval): void {
    const { f, shape, constants } = this.#context;
    const { count } = shape;
    into.forEach((register, index) => {
      const column = count + index;
      if (index > 0) this.#add(column, this.#shifted(column - 1), this.#carryRange(column - 1));
      const last = index === count - 1;
      const sum = at(this.#context.locals.columns, column);
      f.set(register, last ? f64x2.sub(sum, constants.integer) : this.#balanced(column));
    });
    requireWithin(at(balancedBound(shape, value).limbs, count - 1), mantissa, "the last limb");
  }

  #product(column: number, a: Limb, b: Limb): void {
    const { f, shape, constants, locals } = this.#context;
    const product = interval.mul(a.range, b.range);
    const half = 2n ** (shape.width - 1n);
    const high = interval.of(
      (product.low + half - 1n) >> shape.width,
      (product.high + half) >> shape.width,
    );
    requireWithin(high, mantissa, "the high half of a product");
    f.set(locals.high, f64x2.relaxedMadd(a.code, b.code, constants.split));
    const rest = f64x2.sub(constants.splitInteger, locals.high);
    this.#add(column, f64x2.relaxedMadd(a.code, b.code, rest), interval.around(half));
    this.#add(column + 1, locals.high, high);
  }

  /** Moves row's lowest column into those above. */
  #reduce(row: number): void {
    const { shape, constants } = this.#context;
    const last = row === shape.count - 1;
    if (last) this.#setMontgomeryQuotient(row);
    else this.#setLow(row);
    const quotient = {
      code: this.#context.locals.quotient,
      range: interval.around(2n ** (shape.width - 1n)),
    };
    // The low limb is worth 2^-width one column higher, or it is made 0 by a multiple of the modulus.
    const { limbs, ranges } = last ? constants.modulus : constants.shift;
    const first = last ? row : row + 1;
    if (!last) this.#add(row + 1, this.#shifted(row), this.#carryRange(row));
    limbs.forEach((code, index) => {
      this.#product(first + index, quotient, { code, range: at(ranges, index) });
    });
    if (last) this.#add(row + 1, this.#shifted(row), this.#carryRange(row));
  }

  #setLow(row: number): void {
    this.#context.f.set(this.#context.locals.quotient, this.#balanced(row));
  }

  /** The multiple of the modulus that makes the column's low limb 0, balanced. */
  #setMontgomeryQuotient(row: number): void {
    const { f, constants, locals } = this.#context;
    const { quotient } = locals;
    f.set(quotient, f64x2.sub(this.#mantissa(row), constants.exponent));
    const high = f64x2.relaxedMadd(quotient, constants.negativeInverse, constants.split);
    const rest = f64x2.sub(constants.split, high);
    f.set(quotient, f64x2.relaxedMadd(quotient, constants.negativeInverse, rest));
  }

  /** The column's low limb, from -2^(width - 1) on: half a limb was added to it. */
  #balanced(column: number): V128 {
    return f64x2.sub(this.#mantissa(column), this.#context.constants.exponentHalf);
  }

  #mantissa(column: number): V128 {
    const { constants, locals } = this.#context;
    return v128.or(v128.and(at(locals.columns, column), constants.lowBits), constants.exponent);
  }

  #shifted(column: number): V128 {
    const { locals, shape } = this.#context;
    return i64x2.shrU(at(locals.columns, column), i32.const(Number(shape.width)));
  }

  /** @throws AssemblyError when the bias does not keep the column positive and within its 64 bits, or is lost in part. */
  #carryRange(column: number): Interval {
    const { shape } = this.#context;
    const { range } = at(this.#columns, column);
    const half = this.#hasHalf(column) ? 2n ** (shape.width - 1n) : 0n;
    const held = interval.add(range, interval.exactly(half));
    requireWithin(
      interval.add(held, interval.exactly(shape.bias)),
      interval.of(0n, 2n ** 64n - 1n),
      "a biased column",
    );
    const lost = interval.exactly(shape.bias % 2n ** shape.width);
    requireWithin(lost, interval.exactly(0n), "what a shift takes of the bias");
    return interval.shiftRight(held, shape.width);
  }

  #add(column: number, bits: V128, range: Interval): void {
    const { f, constants, locals } = this.#context;
    const known = at(this.#columns, column);
    const local = at(locals.columns, column);
    f.set(local, i64x2.add(known.started ? local : constants.bits(this.#start(column)), bits));
    known.range = interval.add(known.range, range);
    known.started = true;
  }

  /** All columns that are rounded to balanced limbs: not the one that is made 0, nor the last limb. */
  #hasHalf(column: number): boolean {
    const { count } = this.#context.shape;
    return column !== count - 1 && column !== 2 * count - 1;
  }

  /** What a column starts with: less the exponents that its terms bring, plus the bias, less the carry's bias. */
  #start(column: number): bigint {
    const { shape, constants } = this.#context;
    const { high, low } = at(this.#counts, column);
    const terms = BigInt(low) * constants.integerBits + BigInt(high) * constants.splitBits;
    const half = this.#hasHalf(column) ? 2n ** (shape.width - 1n) : 0n;
    const last = column === 2 * shape.count - 1;
    const own = last ? constants.integerBits : shape.bias + half;
    return own - terms - (column > 0 ? shape.bias >> shape.width : 0n);
  }
}

/** Halves of products that each column gets, from the rows and from their reduction. */
const countsOf = (rows: Rows<Limb>, count: number): readonly Counts[] => {
  const counts = indices(2 * count).map(() => ({ high: 0, low: 0 }));
  const product = (column: number): void => {
    at(counts, column).low += 1;
    at(counts, column + 1).high += 1;
  };
  rows.forEach((products, row) => {
    for (const { column } of products) product(column);
    const first = row === count - 1 ? row : row + 1;
    for (const index of indices(count)) product(first + index);
  });
  return counts;
};

/** What 1.5 2^52 can be moved by within its binade. */
const mantissa: Interval = interval.around(2n ** 51n);

/**
 * What a sum of products is reduced to: each low limb, at most half a unit, is worth that times the shift one limb higher;
 * the last is worth at most half the modulus.
 */
export const reducedValue = (product: Interval, shape: FmaShape): Interval => {
  const { width, count, shift, modulus } = shape;
  const half = interval.around(2n ** (width - 1n));
  let value = product;
  for (let row = 0; row < count - 1; row += 1) {
    const moved = interval.mul(half, interval.exactly(shift));
    value = interval.add(divided(interval.sub(value, half), width), moved);
  }
  return divided(interval.add(value, interval.mul(half, interval.exactly(modulus))), width);
};

/** Exact division by 2^width of some number in the interval. */
const divided = ({ low, high }: Interval, width: bigint): Interval => ({
  low: -(-low >> width),
  high: high >> width,
});
