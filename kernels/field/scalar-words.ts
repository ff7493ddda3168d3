/** Between canonical integers in memory, little-endian, and limbs from 0 to 2^width - 1 in i64. */
import { i64, type I32, type I64 } from "../asm/index.ts";
import { interval, type Interval } from "./bounds.ts";
import { indices } from "./limb-code.ts";
import { wordBytesOf, type LimbShape } from "./numbers.ts";

type Shape = LimbShape & { readonly modulus: bigint };

/** Limbs of the integer at `address`, the last with all the bits that are left. */
export const unpackWords = (
  { modulus, width, count }: Shape,
  address: I32,
  offset: number,
): { readonly limbs: readonly I64[]; readonly value: Interval } => {
  const bytes = wordBytesOf(modulus);
  const limbs = indices(count).map((index) => {
    const { byte, shift } = placeOf(Number(width) * index, bytes);
    const shifted = i64.shrU(i64.load(address, offset + byte), i64.const(shift));
    return index === count - 1 ? shifted : i64.and(shifted, i64.const(2n ** width - 1n));
  });
  return { limbs, value: interval.of(0n, 2n ** BigInt(8 * bytes) - 1n) };
};

/** Where the eight bytes lie that begin with the byte of `bit`, or the last eight, and how far the bit is up in them. */
export const placeOf = (bit: number, bytes: number): { byte: number; shift: number } => {
  const byte = Math.min(Math.floor(bit / 8), bytes - 8);
  return { byte, shift: bit - 8 * byte };
};

/** 64-bit words of carried limbs. */
export const packWords = (limbs: readonly I64[], { modulus, width }: Shape): readonly I64[] =>
  indices(wordBytesOf(modulus) / 8).map((word) =>
    limbs
      .map((limb, index) => moved(limb, Number(width) * index - 64 * word, width))
      .filter((part) => part !== undefined)
      .reduce<I64>((all, part) => i64.or(all, part), i64.const(0)),
  );

/** A limb's part of a 64-bit word that begins `left` bits below it; undefined when it has none. */
const moved = (limb: I64, left: number, width: bigint): I64 | undefined => {
  if (left >= 64 || left <= -Number(width)) return undefined;
  if (left < 0) return i64.shrU(limb, i64.const(-left));
  return left === 0 ? limb : i64.shl(limb, i64.const(left));
};
