import { describe, expect, test } from "vitest";
import { curves, scalarPrime } from "../domain/circuit.ts";
import { seededRandom } from "../testing/random.ts";
import { writeLittleEndian } from "./binfile.ts";
import { randomNonZeroScalar, randomScalar, type FillRandom } from "./random-scalar.ts";

/** Gives these numbers, in this order. */
const draws = (...values: readonly bigint[]): FillRandom => {
  const left = [...values];
  return (bytes) => {
    const value = left.shift();
    if (value === undefined) throw new Error("drawn too often");
    writeLittleEndian(bytes, value);
  };
};

describe.each(curves)("a random scalar of %s", (curve) => {
  const r = scalarPrime[curve];
  const length = r.toString(2).length;

  test.each([0n, 1n, r - 1n])("is what is drawn when that is below r: %d", (value) => {
    expect(randomScalar(curve, draws(value))).toBe(value);
  });

  test("is drawn again, not reduced, when it is not below r", () => {
    expect(randomScalar(curve, draws(r, r + 1n, 2n ** BigInt(length) - 1n, 5n))).toBe(5n);
  });

  test("does not see bits above r's length", () => {
    expect(randomScalar(curve, draws(2n ** 256n - 2n ** BigInt(length) + 9n))).toBe(9n);
  });

  test("that is not zero is drawn again for 0", () => {
    expect(randomNonZeroScalar(curve, draws(0n, r, 0n, 3n))).toBe(3n);
  });

  test("is even over [0, r): sixteen equal parts are hit alike", () => {
    const random = seededRandom(11);
    const fill: FillRandom = (bytes) => {
      bytes.forEach((_, index) => (bytes[index] = Math.floor(random() * 256)));
    };
    const hits = Array.from({ length: 16 }, () => 0);
    const rounds = 4_000;
    for (let round = 0; round < rounds; round += 1) {
      const part = Number((randomScalar(curve, fill) * 16n) / r);
      hits[part] = (hits[part] ?? 0) + 1;
    }
    const expected = rounds / 16;
    const chiSquare = hits.reduce((sum, got) => sum + (got - expected) ** 2 / expected, 0);
    // 15 degrees of freedom: 37.7 is passed once in a thousand times, and these dice are always the same.
    expect(chiSquare).toBeLessThan(37.7);
  });

  test("takes real randomness", () => {
    const fill: FillRandom = (bytes) => void crypto.getRandomValues(bytes);
    const drawn = new Set(Array.from({ length: 50 }, () => randomScalar(curve, fill)));
    expect(drawn.size).toBe(50);
    for (const value of drawn) expect(value >= 0n && value < r).toBe(true);
  });
});
