/** Montgomery multiplication of four lanes: products of 32 bits, summed in columns of 64 bits for the low and high two lanes. */
import {
  i32,
  i32x4,
  i64x2,
  i8x16,
  v128,
  type FunctionBuilder,
  type Local,
  type V128,
} from "../asm/index.ts";
import { at, interval, requireWithin, type Interval } from "./bounds.ts";
import type { ConstantPool } from "../constants.ts";
import type { ExtShape } from "./ext-shape.ts";
import { indices } from "./limb-code.ts";
import type { Product, Rows } from "./rows.ts";
import type { Reduction } from "./scalar-multiply.ts";

export type Limb = { readonly code: V128; readonly range: Interval };

export type ExtLocals = {
  /** Of the two low lanes, then of the two high lanes. */
  readonly columns: readonly (readonly [Local<"v128">, Local<"v128">])[];
  readonly quotient: Local<"v128">;
};

export type ExtContext = {
  readonly f: FunctionBuilder;
  readonly shape: ExtShape;
  readonly pool: ConstantPool;
  readonly locals: ExtLocals;
};

const word = interval.of(-(2n ** 63n), 2n ** 63n - 1n);
/** Added so that a logical shift is right for all i64: no machine before AVX-512 has an arithmetic one of i64x2. */
const BIAS = 2n ** 63n;
const halves = [0, 1] as const;
const products = [i64x2.extmulLowS, i64x2.extmulHighS] as const;

export class ExtRows {
  readonly #context: ExtContext;
  readonly #ranges: (Interval | undefined)[];

  constructor(context: ExtContext, rows: Rows<Limb>, reduction: Reduction) {
    this.#context = context;
    this.#ranges = context.locals.columns.map(() => undefined);
    const last = context.shape.count - 1;
    rows.forEach((row, index) => {
      if (index === last || reduction === "canonical") this.#exactRow(row, index);
      else this.#row(row, index);
    });
  }

  /** Sets `into` to the columns above the radix, carried. */
  carry(into: readonly Local<"v128">[]): void {
    const { shape, f } = this.#context;
    into.forEach((register, index) => {
      const column = shape.count + index;
      if (index > 0) this.#carryFrom(column - 1);
      const packed = lowWords(at(this.#context.locals.columns, column));
      const last = index === shape.count - 1;
      f.set(register, last ? packed : v128.and(packed, this.#splat(2n ** shape.width - 1n)));
    });
  }

  /** Its lowest column is worth the shift one column higher. */
  #row(row: readonly Product<Limb>[], index: number): void {
    const { f, shape, locals } = this.#context;
    const terms = byColumn(row);
    this.#add(index, [terms.get(index)]);
    f.set(locals.quotient, this.#lowOf(index));
    const reductions = byColumn(this.#multiples(shape.shiftLimbs, index + 1));
    this.#carryFrom(index);
    for (let column = index + 1; column <= index + shape.count; column += 1) {
      this.#add(column, [terms.get(column), reductions.get(column)]);
    }
  }

  /** Its lowest column is made 0 by a multiple of the modulus. */
  #exactRow(row: readonly Product<Limb>[], index: number): void {
    const { f, shape, locals } = this.#context;
    const terms = byColumn(row);
    this.#add(index, [terms.get(index)]);
    const quotient = i32x4.mul(this.#lowOf(index), this.#splat(shape.negativeInverse));
    f.set(locals.quotient, v128.and(quotient, this.#splat(2n ** shape.width - 1n)));
    const reductions = byColumn(this.#multiples(shape.modulusLimbs, index));
    this.#add(index, [reductions.get(index)]);
    this.#carryFrom(index);
    for (let column = index + 1; column < index + shape.count; column += 1) {
      this.#add(column, [terms.get(column), reductions.get(column)]);
    }
  }

  #lowOf(column: number): V128 {
    const { shape, locals } = this.#context;
    const mask = this.#splat(2n ** shape.width - 1n);
    return v128.and(lowWords(at(locals.columns, column)), mask);
  }

  /** Products of the quotient with constant limbs, the first of them in the column `first`. */
  #multiples(limbs: readonly bigint[], first: number): readonly Product<Limb>[] {
    const { shape, locals } = this.#context;
    const a = { code: locals.quotient, range: interval.of(0n, 2n ** shape.width - 1n) };
    return [...limbs.entries()]
      .filter(([, limb]) => limb !== 0n)
      .map(([place, limb]) => {
        const b = { code: this.#splat(limb), range: interval.exactly(limb) };
        return { column: first + place, a, b };
      });
  }

  #add(column: number, terms: readonly (Product<Limb> | undefined)[]): void {
    for (const term of terms) {
      if (term === undefined) continue;
      const range = interval.mul(term.a.range, term.b.range);
      this.#sum(column, range, (half) => products[half](term.a.code, term.b.code));
    }
  }

  #carryFrom(column: number): void {
    const { locals, shape } = this.#context;
    const range = this.#ranges[column] ?? interval.exactly(0n);
    this.#sum(column + 1, interval.shiftRight(range, shape.width), (half) =>
      i64x2.shrU(at(locals.columns, column)[half], i32.const(Number(shape.width))),
    );
  }

  /** @throws AssemblyError when a column can leave an i64. */
  #sum(column: number, range: Interval, term: (half: 0 | 1) => V128): void {
    const { f, locals } = this.#context;
    const known = this.#ranges[column];
    const registers = at(locals.columns, column);
    for (const half of halves) {
      const before = known === undefined ? this.#start(column) : registers[half];
      f.set(registers[half], i64x2.add(before, term(half)));
    }
    const sum = known === undefined ? range : interval.add(known, range);
    requireWithin(sum, word, "a column");
    this.#ranges[column] = sum;
  }

  /** The bias, less that of the carry that comes in; the last column is not shifted. */
  #start(column: number): V128 {
    const { shape, pool } = this.#context;
    const own = column === 2 * shape.count - 1 ? 0n : BIAS;
    return pool.splat(own - (column > 0 ? BIAS >> shape.width : 0n));
  }

  #splat(value: bigint): V128 {
    return this.#context.pool.splat(splatBits(value));
  }
}

const byColumn = (products: readonly Product<Limb>[]): ReadonlyMap<number, Product<Limb>> =>
  new Map(products.map((product) => [product.column, product]));

/** The same 32 bits twice, for a constant of i32x4. */
export const splatBits = (value: bigint): bigint => {
  const bits = BigInt.asUintN(32, value);
  return (bits << 32n) | bits;
};

/** The low 32 bits of each lane of two i64x2. */
const lowWords = ([low, high]: readonly [V128, V128]): V128 =>
  i8x16.shuffle(low, high, [
    ...indices(4),
    ...indices(4).map((byte) => 8 + byte),
    ...indices(4).map((byte) => 16 + byte),
    ...indices(4).map((byte) => 24 + byte),
  ]);
