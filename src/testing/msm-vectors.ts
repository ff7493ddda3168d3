/**
 * What sums of each group are tested with, wherever a kernel runs: points that are known multiples of the generator, so that
 * the sum of scalar times point is the generator times a number. Equal, opposite and vanishing partial sums abound.
 */
import { endomorphisms } from "../../kernels/curve/endomorphism.ts";
import type { CurveId } from "../../kernels/layout.ts";
import { basePrime, coordinateBytes, scalarPrime } from "../domain/circuit.ts";
import { curveGroups, type Group, type Point } from "../groth16/bigint-curve.ts";
import type { Fq2 } from "../groth16/bigint-field.ts";
import { seededRandom } from "./random.ts";

export type GroupId = "g1" | "g2";
export type MsmTerm = { readonly base: number; readonly scalar: bigint };
export type MsmCase = {
  readonly title: string;
  readonly terms: readonly MsmTerm[];
  /** As `textOf` writes it. */
  readonly expected: string;
};
export type MsmVectors = {
  readonly curve: CurveId;
  readonly group: GroupId;
  /** Bases that terms name, as zkeys hold them, one behind the other. */
  readonly zkey: Uint8Array;
  readonly bases: number;
  readonly cases: readonly MsmCase[];
};

/** Affine coordinates with commas between them, or "infinity". */
export const textOf = (point: Point<unknown>): string =>
  point === "infinity" ? point : [point.x, point.y].flat().join();

/** Generators: EIP-196/197 and the pairing-friendly-curves draft. */
export const generators = {
  bn128: {
    g1: { x: 1n, y: 2n },
    g2: {
      x: [
        0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6edn,
        0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2n,
      ],
      y: [
        0x12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daan,
        0x090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975bn,
      ],
    },
  },
  bls12381: {
    g1: {
      x: 0x17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bbn,
      y: 0x08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1n,
    },
    g2: {
      x: [
        0x024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8n,
        0x13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7en,
      ],
      y: [
        0x0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801n,
        0x0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79ben,
      ],
    },
  },
} as const;

/** The same in every run. */
export const msmVectors = (curve: CurveId, group: GroupId): MsmVectors => {
  const { g1, g2 } = curveGroups[curve];
  const generator = generators[curve];
  const dice = new Dice(7);
  const order = scalarPrime[curve];
  const { eigenvalue } = endomorphisms[curve === "bn128" ? "bn254" : "bls12381"][group];
  const image = ((eigenvalue % order) + order) % order;
  const factors = [...factorsOf(order, dice), image, order - image];
  const multiply = (factor: bigint): Point<unknown> =>
    group === "g1"
      ? multiple<bigint>(g1, generator.g1, factor)
      : multiple<Fq2>(g2, generator.g2, factor);
  const expected = (terms: readonly MsmTerm[]): string => {
    const factor = terms.reduce(
      (sum, { base, scalar }) => sum + (factors[base] ?? 0n) * scalar,
      0n,
    );
    return textOf(multiply(factor % order));
  };
  const cases = [
    ...namedCases(dice, { order, bases: factors.length, few: group === "g2" }),
    ...shortCases(dice, { order, bases: factors.length }),
    ...imageCases(dice, { order, image, base: factors.length - 2 }),
  ];
  return {
    ...{ curve, group, bases: factors.length },
    zkey: zkeyOf(curve, factors.map(multiply)),
    cases: cases.map(([title, terms]) => ({ title, terms, expected: expected(terms) })),
  };
};

/** Chance, the same in every run. */
class Dice {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  pick(below: number): number {
    return Math.floor(this.#random() * below);
  }

  below(limit: bigint): bigint {
    let value = 0n;
    for (let part = 0; part < 14; part += 1) value = (value << 32n) + BigInt(this.pick(2 ** 32));
    return value % limit;
  }

  terms(count: number, bases: number, scalarOf: (index: number) => bigint): readonly MsmTerm[] {
    return Array.from({ length: count }, (_, index) => ({
      base: this.pick(bases),
      scalar: scalarOf(index),
    }));
  }
}

const multiple = <Coordinate>(
  group: Group<Coordinate>,
  generator: { readonly x: Coordinate; readonly y: Coordinate },
  factor: bigint,
): Point<Coordinate> => group.multiply(generator, factor);

/** In arithmetic progression, then their opposites, then some of any size. */
const PROGRESSION = 24;
const factorsOf = (order: bigint, dice: Dice): readonly bigint[] => {
  const progression = Array.from({ length: PROGRESSION }, (_, k) => BigInt(k + 1));
  const others = Array.from({ length: 8 }, () => dice.below(order));
  return [...progression, ...progression.map((factor) => order - factor), ...others];
};

/** As zkeys hold them, one behind the other, infinity left out. */
export const zkeyOf = (curve: CurveId, points: readonly Point<unknown>[]): Uint8Array => {
  const bytes = coordinateBytes[curve];
  const coordinates = points.flatMap((point) =>
    point === "infinity" ? [] : ([point.x, point.y] as readonly (bigint | Fq2)[]).flat(),
  );
  const zkey = new Uint8Array(coordinates.length * bytes);
  coordinates.forEach((value, index) => {
    let rest = (value << BigInt(8 * bytes)) % basePrime[curve];
    for (let byte = 0; byte < bytes; byte += 1, rest >>= 8n) {
      zkey[index * bytes + byte] = Number(rest & 0xffn);
    }
  });
  return zkey;
};

type Range = { readonly order: bigint; readonly bases: number };
type Named = readonly [title: string, terms: readonly MsmTerm[]];

const namedCases = (
  dice: Dice,
  { order, bases, few }: Range & { readonly few: boolean },
): readonly Named[] => {
  const any = (): bigint => dice.below(order);
  const special = [0n, 1n, order - 1n, (order - 1n) / 2n, (order + 1n) / 2n, 2n, order - 2n];
  const powers = (index: number): bigint => 2n ** BigInt(index % 253);
  const sizes = few ? [1, 3, 40] : [1, 2, 3, 5, 8, 17, 33, 64, 129, 300, 600];
  const opposites = Array.from({ length: 30 }, (_, index) => {
    const scalar = BigInt(1 + (index >> 1));
    return { base: (index >> 1) + (index % 2) * PROGRESSION, scalar };
  });
  return [
    ...sizes.map((size) => [`${size} any`, dice.terms(size, bases, any)] as const),
    ["one base, equal scalars", Array.from({ length: 65 }, () => ({ base: 3, scalar: 5n ** 90n }))],
    ["all 0", dice.terms(20, bases, () => 0n)],
    ["all 1", dice.terms(150, bases, () => 1n)],
    ["all -1", dice.terms(33, bases, () => order - 1n)],
    ["special scalars", dice.terms(99, bases, (index) => special[index % special.length] ?? 0n)],
    ["powers of two", dice.terms(253, bases, powers)],
    ["short scalars", dice.terms(120, PROGRESSION, () => BigInt(dice.pick(2 ** 20)))],
    ["opposite points", opposites],
    ["a progression", dice.terms(PROGRESSION, PROGRESSION, () => 1n)],
    [
      "a sum that is infinity",
      [
        { base: 0, scalar: order - 77n },
        { base: 6, scalar: 11n },
      ],
    ],
  ];
};

/** Few bases with scalars near 0: most partial sums meet others. */
const shortCases = (dice: Dice, { order, bases }: Range): readonly Named[] =>
  Array.from({ length: 40 }, (_, round) => {
    const bits = 1 + dice.pick(12);
    const short = (): bigint => BigInt(dice.pick(2 ** bits));
    const mixed = (): bigint => (dice.pick(2) === 0 ? short() : order - 1n - short());
    return [`round ${round}`, dice.terms(1 + dice.pick(60), bases, mixed)] as const;
  });

type Image = {
  readonly order: bigint;
  /** The endomorphism's eigenvalue. */
  readonly image: bigint;
  /** That of the first base's image; its opposite follows. */
  readonly base: number;
};

/** Bases that are images of the first one, or their opposites, with the very scalars that the images get. */
const imageCases = (dice: Dice, { order, image, base }: Image): readonly Named[] => {
  const pairs = Array.from({ length: 20 }, () => {
    const [own, others] = [BigInt(dice.pick(2 ** 32)), BigInt(1 + dice.pick(2 ** 32))];
    return { scalar: (own + others * image) % order, others };
  });
  const from = (opposite: 0 | 1): readonly MsmTerm[] =>
    pairs.flatMap(({ scalar, others }) => [
      { base: 0, scalar },
      { base: base + opposite, scalar: others },
    ]);
  return [
    ["equal to images", from(0)],
    ["opposite to images", from(1)],
    ["images alone", pairs.map(({ others }) => ({ base: 0, scalar: (others * image) % order }))],
  ];
};
