/** Integers that a field kernel is generated from. */

/** The inverse of `value` modulo `modulus`; they have no common divisor. Extended Euclid. */
export const inverse = (value: bigint, modulus: bigint): bigint => {
  let [rest, next] = [modulus, residue(value, modulus)];
  let [factor, nextFactor] = [0n, 1n];
  while (next > 0n) {
    const quotient = rest / next;
    [rest, next] = [next, rest - quotient * next];
    [factor, nextFactor] = [nextFactor, factor - quotient * nextFactor];
  }
  return residue(factor, modulus);
};

/** From 0 to modulus - 1. */
export const residue = (value: bigint, modulus: bigint): bigint => {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
};

/** From -modulus / 2 to modulus / 2. */
export const balanced = (value: bigint, modulus: bigint): bigint => {
  const rest = residue(value, modulus);
  return 2n * rest > modulus ? rest - modulus : rest;
};

export const bitLength = (value: bigint): number => value.toString(2).length;

export type LimbShape = { readonly width: bigint; readonly count: number };

/** Limbs from 0 to 2^width - 1, the least significant first; the last takes the rest and the sign. */
export const unsignedLimbs = (value: bigint, { width, count }: LimbShape): readonly bigint[] =>
  Array.from({ length: count }, (_, index) => {
    const rest = value >> (width * BigInt(index));
    return index === count - 1 ? rest : BigInt.asUintN(Number(width), rest);
  });

/** Limbs from -2^(width - 1) to 2^(width - 1) - 1; the last takes the rest. */
export const signedLimbs = (value: bigint, { width, count }: LimbShape): readonly bigint[] => {
  const limbs: bigint[] = [];
  let rest = value;
  for (let index = 0; index < count - 1; index += 1) {
    const limb = BigInt.asIntN(Number(width), rest);
    limbs.push(limb);
    rest = (rest - limb) >> width;
  }
  return [...limbs, rest];
};

export const fromLimbs = (limbs: readonly bigint[], width: bigint): bigint =>
  limbs.reduceRight((value, limb) => (value << width) + limb, 0n);

/** Bytes of a canonical integer: 32 up to 256 bits, else 48. */
export const wordBytesOf = (modulus: bigint): 32 | 48 => (bitLength(modulus) <= 256 ? 32 : 48);
