/** Montgomery multiplication on scalar limbs: rows of products, each followed by the reduction of its lowest column. */
import type { FunctionBuilder, Local } from "../asm/index.ts";
import { at, interval, requireWithin, type Interval } from "./bounds.ts";
import { int, type Ranged } from "./ranged.ts";
import type { ScalarShape } from "./scalar-shape.ts";

/** A product and the column that it is summed in. */
export type Product = { readonly column: number; readonly a: Ranged; readonly b: Ranged };

/** By rows: row k has no column below k, and none but row k's and earlier rows' products are in column k. */
export type Rows = readonly (readonly Product[])[];

export const rowsOfProduct = (a: readonly Ranged[], b: readonly Ranged[]): Rows =>
  a.map((x, row) => b.map((y, index) => ({ column: row + index, a: x, b: y })));

/** `doubled` has twice the limbs of `a`. */
export const rowsOfSquare = (a: readonly Ranged[], doubled: readonly Ranged[]): Rows =>
  a.map((x, row) =>
    a.slice(row).map((y, index) => ({
      column: 2 * row + index,
      a: x,
      b: index === 0 ? y : at(doubled, row + index),
    })),
  );

export type Columns = {
  readonly columns: readonly Local<"i64">[];
  readonly quotient: Local<"i64">;
};

/** The value of (sum of the rows + quotient modulus) / radix, the quotient being below the radix. */
export const reducedValue = (product: Interval, { modulus, radix }: ScalarShape): Interval => ({
  low: -(-product.low / radix) - 1n,
  high: product.high / radix + modulus,
});

/** Emits the sum of `rows`, divided by the radix modulo the modulus. @returns its carried limbs, to be set in order. */
export class MontgomeryRows {
  readonly #f: FunctionBuilder;
  readonly #shape: ScalarShape;
  readonly #locals: Columns;
  readonly #columns: (Ranged | undefined)[];

  constructor(f: FunctionBuilder, shape: ScalarShape, locals: Columns) {
    this.#f = f;
    this.#shape = shape;
    this.#locals = locals;
    this.#columns = locals.columns.map(() => undefined);
  }

  sum(rows: Rows): void {
    rows.forEach((products, row) => this.#row(products, row));
  }

  /** Sets `into` to the columns above the radix, carried. @throws AssemblyError when the last limb can leave `value`. */
  carry(into: readonly Local<"i64">[]): void {
    const { count, width } = this.#shape;
    let carried: Ranged | undefined;
    into.forEach((register, index) => {
      const column = this.#columns[count + index];
      const sum = sumOf([column, carried].filter((term) => term !== undefined));
      const local = this.#set(count + index, sum);
      const last = index === count - 1;
      this.#f.set(register, (last ? local : int.low(local, width)).code);
      carried = int.shiftRight(local, width);
    });
  }

  #row(products: readonly Product[], row: number): void {
    const { width, negativeInverse, modulusLimbs } = this.#shape;
    const terms = new Map(products.map(({ column, a, b }) => [column, int.mul(a, b)]));
    const lowest = this.#accumulate(row, [terms.get(row)]);
    const quotient = this.#setQuotient(
      int.low(int.mul(int.low(lowest, width), int.const(negativeInverse)), width),
    );
    const reductions = modulusLimbs.map((limb) => int.mul(quotient, int.const(limb)));
    const carry = int.shiftRight(int.add(lowest, at(reductions, 0)), width);
    const top = Math.max(row + modulusLimbs.length, ...products.map(({ column }) => column + 1));
    for (let column = row + 1; column < top; column += 1) {
      const carried = column === row + 1 ? carry : undefined;
      this.#accumulate(column, [terms.get(column), reductions[column - row], carried]);
    }
  }

  #accumulate(column: number, terms: readonly (Ranged | undefined)[]): Ranged {
    const all = [this.#columns[column], ...terms].filter((term) => term !== undefined);
    return this.#set(column, sumOf(all));
  }

  #set(column: number, value: Ranged): Ranged {
    const local = at(this.#locals.columns, column);
    this.#f.set(local, value.code);
    return (this.#columns[column] = { code: local, range: value.range });
  }

  #setQuotient(value: Ranged): Ranged {
    this.#f.set(this.#locals.quotient, value.code);
    return { code: this.#locals.quotient, range: value.range };
  }
}

const sumOf = ([first = int.const(0n), ...rest]: readonly Ranged[]): Ranged =>
  int.sum(first, ...rest);

/** Whether columns of products of limbs up to these magnitudes stay within an i64, generously counted. */
export const columnsFit = (a: bigint, b: bigint, { count, width }: ScalarShape): boolean =>
  BigInt(count) * (a * b + 2n ** (2n * width)) + 2n ** 40n < 2n ** 63n;

/** @throws AssemblyError when a product of two such values is reduced to more than memory holds. */
export const requireProduct = (a: Interval, b: Interval, shape: ScalarShape): Interval => {
  const value = reducedValue(interval.mul(a, b), shape);
  requireWithin(value, shape.stored.value, "a product");
  return value;
};
