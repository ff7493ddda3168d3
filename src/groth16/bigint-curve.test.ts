import { bls12_381 } from "@noble/curves/bls12-381.js";
import { bn254 } from "@noble/curves/bn254.js";
import { describe, expect, test } from "vitest";
import { curves, scalarPrime } from "../domain/circuit.ts";
import { seededRandom } from "../testing/random.ts";
import { curveGroups, type G1Point, type G2Point, type Group, type Point } from "./bigint-curve.ts";

const noble = {
  bn128: { G1: bn254.G1.Point, G2: bn254.G2.Point },
  bls12381: { G1: bls12_381.G1.Point, G2: bls12_381.G2.Point },
} as const;

/** `scalar` times the generator, by the other library. */
const g1Of = (curve: keyof typeof noble, scalar: bigint): G1Point => {
  const { G1 } = noble[curve];
  return scalar === 0n ? "infinity" : G1.BASE.multiplyUnsafe(scalar).toAffine();
};
const g2Of = (curve: keyof typeof noble, scalar: bigint): G2Point => {
  const { G2 } = noble[curve];
  if (scalar === 0n) return "infinity";
  const { x, y } = G2.BASE.multiplyUnsafe(scalar).toAffine();
  return { x: [x.c0, x.c1], y: [y.c0, y.c1] };
};

const random = seededRandom(7);
const randomBelow = (limit: bigint): bigint => {
  let value = 0n;
  for (let word = 0; word < 12; word += 1) {
    value = (value << 32n) | BigInt(Math.floor(random() * 2 ** 32));
  }
  return value % limit;
};

const factsOf = <Coordinate>(
  group: Group<Coordinate>,
  of: (scalar: bigint) => Point<Coordinate>,
  order: bigint,
): void => {
  const [k, m] = [randomBelow(order), randomBelow(order)];

  test.each([0n, 1n, 2n, 3n, 7n, 8n, 9n, 15n, 16n, 0xffffn, order - 1n, order - 2n, k, m])(
    "multiplies the generator by %d",
    (scalar) => {
      expect(group.multiply(of(1n), scalar)).toEqual(of(scalar));
    },
  );

  test("multiplies any point, and by the order to infinity", () => {
    expect(group.multiply(of(k), m)).toEqual(of((k * m) % order));
    expect(group.multiply(of(k), order)).toBe("infinity");
    expect(group.multiply(of(k), order + 1n)).toEqual(of(k));
    expect(group.multiply("infinity", m)).toBe("infinity");
  });

  test.each([
    ["two points", k, m],
    ["a point and itself", k, k],
    ["a point and its negative", k, order - k],
    ["a point and infinity", k, 0n],
    ["infinity and a point", 0n, m],
    ["infinity and itself", 0n, 0n],
  ])("adds %s", (_, one, other) => {
    expect(group.add(of(one), of(other))).toEqual(of((one + other) % order));
  });

  test("knows what is on the curve", () => {
    const point = of(k);
    if (point === "infinity") throw new Error("the random number is 0");
    expect(group.isOnCurve(point)).toBe(true);
    expect(group.isOnCurve({ x: point.y, y: point.x })).toBe(false);
  });
};

describe.each(curves)("G1 of %s", (curve) => {
  factsOf(curveGroups[curve].g1, (scalar) => g1Of(curve, scalar), scalarPrime[curve]);
});

describe.each(curves)("G2 of %s", (curve) => {
  factsOf(curveGroups[curve].g2, (scalar) => g2Of(curve, scalar), scalarPrime[curve]);
});

describe.each(curves)("the scalars of %s", (curve) => {
  const { r } = curveGroups[curve];

  test("are inverted, 0 to 0", () => {
    for (const value of [1n, 2n, scalarPrime[curve] - 1n, randomBelow(scalarPrime[curve])]) {
      expect(r.multiply(value, r.invert(value))).toBe(1n);
    }
    expect(r.invert(0n)).toBe(0n);
  });
});
