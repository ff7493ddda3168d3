import { describe, expect, it } from "vitest";
import { scalarPrime } from "../domain/circuit.ts";
import { seededRandom } from "../testing/random.ts";
import { measure } from "./memory.ts";
import { msmScratchBytes } from "./msm.ts";
import { placeMemory, shapeOf, takeScalars, windowFor } from "./msm-plan.ts";

/** As fma2 keeps points: 5 limbs of 8 bytes on BN254, 8 on BLS12-381. */
const layouts = [
  { curve: "bn128", lanes: 2, g1Bytes: 80, g2Bytes: 160 },
  { curve: "bls12381", lanes: 2, g1Bytes: 128, g2Bytes: 256 },
] as const;
const groups = layouts.flatMap((layout) =>
  (["g1", "g2"] as const).map((group) => ({ layout, group, curve: layout.curve })),
);
/** The average length of scalars: wires that are mostly 0 up to any scalar. */
const averages = Array.from({ length: 28 }, (_, k) => (k * 253) / 27);

/** Small counts, those where windows are joined otherwise, and any. */
const countsUpTo = (most: number): readonly number[] => {
  const random = seededRandom(5);
  const joints = Array.from({ length: 60 }, (_, k) => Math.floor(2 ** 15 / (k + 1)));
  const any = Array.from({ length: 100 }, () => 1 + Math.floor(random() * most));
  return [...Array.from({ length: 40 }, (_, k) => k + 1), ...joints, ...any, most].filter(
    (count) => count <= most,
  );
};

describe.each(groups)("$group of $curve", ({ layout, group, curve }) => {
  const degree = group === "g1" ? 1 : 2;
  const sizes = {
    lanes: layout.lanes,
    pointBytes: group === "g1" ? layout.g1Bytes : layout.g2Bytes,
    wordBytes: 2 * degree * (curve === "bn128" ? 32 : 48),
  };
  const scalarBits = scalarPrime[curve].toString(2).length - 1;

  const taken = (count: number, average: number): number =>
    measure((room) => {
      takeScalars(room, count);
      placeMemory(room, shapeOf(count, windowFor(count, average), scalarBits), sizes);
    });

  it.each([1, 3, 40, 700, 9_000, 2 ** 14, 25_000, 2 ** 16, 300_000])(
    "has room, where there is room for a sum over %d bases, for each sum over fewer",
    (most) => {
      const limit = msmScratchBytes(layout, group, most);
      const needed = countsUpTo(most).flatMap((count) =>
        averages.map((average) => taken(count, average)),
      );
      expect(Math.max(...needed)).toBeLessThanOrEqual(limit);
      expect(Math.max(...needed)).toBeGreaterThan(0.75 * limit);
    },
  );
});

it("negative control: fewer bases can take more than all do", () => {
  const sizes = { lanes: 2, pointBytes: 80, wordBytes: 64 };
  const taken = (count: number): number =>
    measure((room) => placeMemory(room, shapeOf(count, windowFor(count, 253), 253), sizes));
  expect(taken(2 ** 13)).toBeGreaterThan(taken(2 ** 13 + 2 ** 12));
});
