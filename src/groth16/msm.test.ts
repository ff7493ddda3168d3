import { describe, expect, it } from "vitest";
import { kernelIds } from "../../kernels/field/field.ts";
import type { CurveId } from "../../kernels/layout.ts";
import { basePrime, scalarPrime } from "../domain/circuit.ts";
import { openMsmCore } from "../testing/msm-core.ts";
import { seededRandom } from "../testing/random.ts";
import { curveGroups, type Group, type Point } from "./bigint-curve.ts";
import type { Fq2 } from "./bigint-field.ts";
import type { Sums } from "./kernel.ts";
import { createG1Sums, createG2Sums, type MsmCore } from "./msm.ts";

/** Generators: EIP-196/197 and the pairing-friendly-curves draft. */
const generators = {
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

/** What the sums of one group are tested with: points that are known multiples of the generator. */
type Bench = {
  readonly order: bigint;
  /** Base k is factors[k] times the generator. */
  readonly factors: readonly bigint[];
  /** As zkeys hold them, all bases one behind the other. */
  readonly zkey: Uint8Array;
  /** What `sum` gives for the bases named, in order, with their scalars; as text. */
  readonly expected: (terms: readonly Term[]) => string;
};
type Term = { readonly base: number; readonly scalar: bigint };

const random = seededRandom(7);
const pick = (below: number): number => Math.floor(random() * below);
const randomBelow = (limit: bigint): bigint => {
  let value = 0n;
  for (let part = 0; part < 14; part += 1) value = (value << 32n) + BigInt(pick(2 ** 32));
  return value % limit;
};

const textOf = (point: Point<unknown>): string =>
  point === "infinity" ? point : [point.x, point.y].flat().join();

/** In arithmetic progression, then their opposites, then some of any size: equal and opposite partial sums abound. */
const PROGRESSION = 24;
const factorsFor = (order: bigint): readonly bigint[] => {
  const progression = Array.from({ length: PROGRESSION }, (_, k) => BigInt(k + 1));
  const others = Array.from({ length: 8 }, () => randomBelow(order));
  return [...progression, ...progression.map((factor) => order - factor), ...others];
};

const createBench = <Coordinate extends bigint | Fq2>(
  curve: CurveId,
  group: Group<Coordinate>,
  generator: { readonly x: Coordinate; readonly y: Coordinate },
): Bench => {
  const [order, prime] = [scalarPrime[curve], basePrime[curve]];
  const bytes = curve === "bn128" ? 32 : 48;
  const factors = factorsFor(order);
  const coordinates = factors.flatMap((factor) => {
    const point = group.multiply(generator, factor);
    return point === "infinity" ? [] : ([point.x, point.y] as readonly (bigint | Fq2)[]).flat();
  });
  const zkey = new Uint8Array(coordinates.length * bytes);
  coordinates.forEach((value, index) => {
    let rest = (value << BigInt(8 * bytes)) % prime;
    for (let byte = 0; byte < bytes; byte += 1, rest >>= 8n) {
      zkey[index * bytes + byte] = Number(rest & 0xffn);
    }
  });
  const expected = (terms: readonly Term[]): string => {
    const factor = terms.reduce(
      (sum, { base, scalar }) => sum + (factors[base] ?? 0n) * scalar,
      0n,
    );
    return textOf(group.multiply(generator, factor % order));
  };
  return { order, factors, zkey, expected };
};

const g1Bench = (curve: CurveId): Bench =>
  createBench(curve, curveGroups[curve].g1, generators[curve].g1);
const g2Bench = (curve: CurveId): Bench =>
  createBench<Fq2>(curve, curveGroups[curve].g2, generators[curve].g2);

/** Puts the terms into memory, scalars in another order than bases, and sums them. */
const sumOf = (core: MsmCore, sums: Sums<Point<unknown>>, { zkey, factors }: Bench) => {
  const { memory } = core;
  const from = memory.alloc(zkey.length);
  const all = memory.alloc(factors.length * sums.pointBytes);
  memory.u8().set(zkey, from);
  sums.fromZkey({ into: all, from, count: factors.length });
  return async (terms: readonly Term[]): Promise<string> => {
    const mark = memory.mark();
    const count = terms.length;
    const points = memory.alloc(count * sums.pointBytes);
    const indices = memory.alloc(4 * count);
    const scalars = memory.alloc(32 * count);
    terms.forEach(({ base, scalar }, index) => {
      const start = all + base * sums.pointBytes;
      memory.u8().copyWithin(points + index * sums.pointBytes, start, start + sums.pointBytes);
      memory.view().setUint32(indices + 4 * index, count - 1 - index, true);
      for (let word = 0; word < 4; word += 1) {
        const at = scalars + 32 * (count - 1 - index) + 8 * word;
        memory.view().setBigUint64(at, BigInt.asUintN(64, scalar >> BigInt(64 * word)), true);
      }
    });
    const text = textOf(await sums.sum({ points, count, indices }, scalars));
    memory.release(mark);
    return text;
  };
};

const termsOf = (count: number, scalarOf: (index: number) => bigint, bases: number): Term[] =>
  Array.from({ length: count }, (_, index) => ({ base: pick(bases), scalar: scalarOf(index) }));

/** Lists of terms with a name each. */
const casesOf = (
  { order, factors }: Bench,
  few: boolean,
): readonly (readonly [string, Term[]])[] => {
  const all = factors.length;
  const any = (): bigint => randomBelow(order);
  const special = [0n, 1n, order - 1n, (order - 1n) / 2n, (order + 1n) / 2n, 2n, order - 2n];
  const powers = (index: number): bigint => 2n ** BigInt(index % 253);
  const sizes = few ? [1, 3, 40] : [1, 2, 3, 5, 8, 17, 33, 64, 129, 300, 600];
  const opposites = Array.from({ length: 30 }, (_, index) => {
    const scalar = BigInt(1 + (index >> 1));
    return { base: (index >> 1) + (index % 2) * PROGRESSION, scalar };
  });
  return [
    ...sizes.map((size) => [`${size} any`, termsOf(size, any, all)] as const),
    ["one base, equal scalars", Array.from({ length: 65 }, () => ({ base: 3, scalar: 5n ** 90n }))],
    ["all 0", termsOf(20, () => 0n, all)],
    ["all 1", termsOf(150, () => 1n, all)],
    ["all -1", termsOf(33, () => order - 1n, all)],
    ["special scalars", termsOf(99, (index) => special[index % special.length] ?? 0n, all)],
    ["powers of two", termsOf(253, powers, all)],
    ["short scalars", termsOf(120, () => BigInt(pick(2 ** 20)), PROGRESSION)],
    ["opposite points", opposites],
    ["a progression", termsOf(PROGRESSION, () => 1n, PROGRESSION)],
    [
      "a sum that is infinity",
      [
        { base: 0, scalar: order - 77n },
        { base: 6, scalar: 11n },
      ],
    ],
  ];
};

const groups = (["bn128", "bls12381"] as const).flatMap((curve) => [
  { curve, name: "G1", bench: g1Bench(curve), open: createG1Sums },
  { curve, name: "G2", bench: g2Bench(curve), open: createG2Sums },
]);

describe.each(groups)("$name of $curve", ({ curve, bench, open, name }) => {
  it.each(kernelIds)("%s sums as known multiples of the generator do", async (kernel) => {
    const core = openMsmCore(curve, kernel);
    if (core === undefined) return;
    const sum = sumOf(core, open(core), bench);
    const before = core.memory.mark();
    for (const [title, terms] of casesOf(bench, name === "G2")) {
      expect(await sum(terms), title).toBe(bench.expected(terms));
    }
    for (let round = 0; round < 40; round += 1) {
      const bits = 1 + pick(12);
      const short = (): bigint => BigInt(pick(2 ** bits));
      const mixed = (): bigint => (pick(2) === 0 ? short() : bench.order - 1n - short());
      const terms = termsOf(1 + pick(60), mixed, bench.factors.length);
      expect(await sum(terms), `round ${round}`).toBe(bench.expected(terms));
    }
    expect(core.memory.mark()).toBe(before);
  });
});
