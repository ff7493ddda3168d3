/** Between canonical integers in memory, little-endian, and the limbs of fma2. */
import {
  f64x2,
  i32,
  i64,
  i64x2,
  v128,
  type FunctionBuilder,
  type I32,
  type I64,
  type V128,
} from "../asm/index.ts";
import { at, interval, requireWithin, type Bound } from "./bounds.ts";
import type { FmaParts } from "./fma-constants.ts";
import type { FmaShape } from "./fma-shape.ts";
import { indices } from "./limb-code.ts";
import { unsignedLimbs, wordBytesOf } from "./numbers.ts";
import { packWords, placeOf } from "./scalar-words.ts";

/** Limbs from 0 to 2^width - 1 of the integers at two addresses, the last with all the bits that are left. */
export const unpackPair = (
  { shape, constants }: FmaParts,
  [first, second]: readonly [I32, I32],
  offset: number,
): { readonly limbs: readonly V128[]; readonly known: Bound } => {
  const { width, count, modulus } = shape;
  const bytes = wordBytesOf(modulus);
  const highest = 2n ** BigInt(8 * bytes) - 1n;
  const ranges = unsignedLimbs(highest, shape).map((limb) => interval.of(0n, limb));
  requireWithin(
    at(ranges, count - 1),
    interval.of(0n, 2n ** 52n - 1n),
    "the last limb of an integer",
  );
  const limbs = indices(count).map((index) => {
    const { byte, shift } = placeOf(Number(width) * index, bytes);
    const place = { lane: 1, offset: offset + byte };
    const both = v128.load64Lane(second, v128.load64Zero(first, offset + byte), place);
    const shifted = i64x2.shrU(both, i32.const(shift));
    const low = index === count - 1 ? shifted : v128.and(shifted, constants.lowBits);
    return f64x2.sub(v128.or(low, constants.exponent), constants.exponent);
  });
  return { limbs, known: { limbs: ranges, value: interval.of(0n, highest) } };
};

/** The words of a number between -modulus and modulus, exclusive, as its residue. Limbs are signed integers. */
export const canonicalWords = (
  f: FunctionBuilder,
  limbs: readonly I64[],
  shape: FmaShape,
): readonly I64[] => {
  const { width, modulus, count } = shape;
  const carried = limbs.map((limb, index) => f.let(`limb${index}`, limb));
  const carry = (): void => {
    carried.slice(0, -1).forEach((limb, index) => {
      const next = at(carried, index + 1);
      f.set(next, i64.add(next, i64.shrS(limb, i64.const(width))));
      f.set(limb, i64.and(limb, i64.const(2n ** width - 1n)));
    });
  };
  carry();
  const negative = f.let("negative", i64.shrS(at(carried, count - 1), i64.const(63)));
  unsignedLimbs(modulus, shape).forEach((limb, index) => {
    const register = at(carried, index);
    f.set(register, i64.add(register, i64.and(i64.const(limb), negative)));
  });
  carry();
  return packWords(carried, shape);
};
