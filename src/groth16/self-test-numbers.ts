/** The numbers that a kernel is tested with where it runs: the edges of its limbs, and others that are always the same. */
import { writeLittleEndian } from "./binfile.ts";

/** Numbers without pattern (splitmix64); the same in every run. */
export class FixedNumbers {
  #state: bigint;

  constructor(seed: bigint) {
    this.#state = seed;
  }

  /** Below `limit`. */
  below(limit: bigint): bigint {
    let value = 0n;
    // One word more than the largest field has, so that no residue is rarer than another.
    for (let word = 0; word < 7; word += 1) value = (value << 64n) | this.#word();
    return value % limit;
  }

  #word(): bigint {
    this.#state = BigInt.asUintN(64, this.#state + 0x9e37_79b9_7f4a_7c15n);
    let mixed = this.#state;
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d0_49bb_1331_11ebn);
    return mixed ^ (mixed >> 31n);
  }
}

/** Widths of limbs of all kernels, bits: carries and borrows happen at their multiples. */
const LIMB_BITS = [26, 28, 29, 30, 51, 52, 64] as const;

/** Residues at which reductions, carries and signs turn. */
export const edgesOf = (modulus: bigint): readonly bigint[] => {
  const ends = [0n, 1n, 2n, 3n, modulus - 1n, modulus - 2n, modulus - 3n];
  const halves = [(modulus - 1n) / 2n, (modulus + 1n) / 2n];
  const powers = LIMB_BITS.flatMap((bits) =>
    [1, 3, 4].flatMap((limb) => {
      const power = 1n << BigInt(bits * limb);
      return [power - 1n, power, power + 1n];
    }),
  );
  return [...ends, ...halves, ...powers].map((value) => value % modulus);
};

/** Little-endian integers of `bytes` bytes, one behind the other. */
export const wordsOf = (values: readonly bigint[], bytes: number): Uint8Array<ArrayBuffer> => {
  const words = new Uint8Array(values.length * bytes);
  values.forEach((value, index) =>
    writeLittleEndian(words.subarray(index * bytes, (index + 1) * bytes), value),
  );
  return words;
};
