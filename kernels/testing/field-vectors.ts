/** Values that field arithmetic is tried on: random ones, and those at whose limbs some kernel could go wrong. */
import { inverse, residue } from "../field/numbers.ts";
import { seededRandom } from "../../src/testing/random.ts";

const ones = (bits: number): bigint => 2n ** BigInt(bits) - 1n;

/** Around 0, the modulus and its half, and limbs of zeros or ones in every kernel's width. */
const edges = (modulus: bigint): readonly bigint[] =>
  [
    ...[0n, 1n, 2n, (modulus - 1n) / 2n, (modulus + 1n) / 2n, modulus - 2n, modulus - 1n],
    ...[28, 29, 48, 50, 51, 52, 64, 128, 252, 253].map((bits) => 2n ** BigInt(bits)),
    ...[28, 29, 48, 51, 56, 64, 102, 145, 153, 232, 253].map(ones),
  ].map((value) => residue(value, modulus));

/** Values whose memory form is such an edge: each kernel's radix is a power of two. */
const radixEdges = (modulus: bigint): readonly bigint[] =>
  [255, 256, 261, 306, 384, 392, 400, 408].flatMap((bits) => {
    const inverted = inverse(2n ** BigInt(bits), modulus);
    return edges(modulus).map((value) => residue(value * inverted, modulus));
  });

export type FieldVectors = {
  readonly edges: readonly bigint[];
  /** An edge or a random value, below the modulus. */
  readonly value: () => bigint;
  /** The same each time it is asked for in the same order. */
  readonly below: (limit: bigint) => bigint;
  readonly pick: <Item>(list: readonly Item[]) => Item;
};

export const fieldVectors = (modulus: bigint): FieldVectors => {
  const random = seededRandom(7);
  const pick = <Item>(list: readonly Item[]): Item =>
    list[Math.floor(random() * list.length)] as Item;
  const below = (limit: bigint): bigint => {
    let value = 0n;
    for (let part = 0; part < 14; part += 1) {
      value = (value << 32n) + BigInt(Math.floor(random() * 2 ** 32));
    }
    return value % limit;
  };
  const [near, far] = [edges(modulus), radixEdges(modulus)];
  return {
    ...{ edges: [...near, ...far], below, pick },
    value: () => pick([() => pick(near), () => pick(far), () => below(modulus)])(),
  };
};
