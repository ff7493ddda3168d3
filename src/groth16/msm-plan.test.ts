import { describe, expect, it } from "vitest";
import { endomorphisms } from "../../kernels/curve/endomorphism.ts";
import { decompositionOf } from "../../kernels/msm/decomposition.ts";
import { scalarPrime } from "../domain/circuit.ts";
import { seededRandom } from "../testing/random.ts";
import { measure } from "./memory.ts";
import { msmScratchBytes } from "./msm.ts";
import {
  partsOf,
  placeMemory,
  shapeOf,
  takeScalars,
  tunings,
  windowFor,
  type MsmGroup,
} from "./msm-plan.ts";

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
  const joints = Array.from({ length: 60 }, (_, k) => Math.floor(2 ** 14 / (k + 1)));
  const any = Array.from({ length: 100 }, () => 1 + Math.floor(random() * most));
  return [...Array.from({ length: 40 }, (_, k) => k + 1), ...joints, ...any, most].filter(
    (count) => count <= most,
  );
};

describe.each(groups)("$group of $curve", ({ layout, group, curve }) => {
  const degree = group === "g1" ? 1 : 2;
  const parts = partsOf[curve][group];
  const subject: MsmGroup = {
    ...{ parts, tuning: tunings[group], lanes: layout.lanes },
    pointBytes: group === "g1" ? layout.g1Bytes : layout.g2Bytes,
    wordBytes: 2 * degree * (curve === "bn128" ? 32 : 48),
  };
  const taken = (count: number, average: number): number =>
    measure((room) => {
      takeScalars(room, count);
      const bits = windowFor(subject.tuning, count, average);
      placeMemory(room, shapeOf(subject, count, bits), subject);
    });

  it("splits scalars as the kernels do", () => {
    const map = endomorphisms[curve === "bn128" ? "bn254" : "bls12381"][group];
    const { bits, steps } = decompositionOf(map, scalarPrime[curve]);
    expect(parts).toEqual({ number: steps.length, bits });
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

  it("negative control: fewer bases can take more than all do", () => {
    const counts = Array.from({ length: 200 }, (_, k) => 50 * (k + 1));
    const needed = counts.map((count) => taken(count, 253));
    expect(needed).not.toEqual([...needed].sort((a, b) => a - b));
  });
});
