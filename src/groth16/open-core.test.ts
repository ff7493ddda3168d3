import { expect, test } from "vitest";
import type { KeyFigures } from "../domain/prepared-key.ts";
import { compiledKernel } from "../testing/compiled-kernels.ts";
import { planMemory } from "./open-core.ts";

const { layout } = compiledKernel("bn128", "ext4");
const REACH = 2 ** 32;

/** Of a dense circuit whose domain has 2^power elements. */
const figures = (power: number): KeyFigures => {
  const size = 2 ** power;
  const bases = { a: size, b2: Math.floor((2 * size) / 3), c: size, h: size };
  const counts = { wires: size, publicSignals: 1, domainSize: size, coefficients: 4 * size };
  return { curve: "bn128", ...counts, bases, rows: { a: [size], b: [size] } };
};

test("a key has a region for each prover, as far as addresses reach", () => {
  expect(planMemory(layout, figures(16), 16).regions).toBe(16);
  const large = planMemory(layout, figures(20), 64);
  expect(large.regions).toBeGreaterThan(1);
  expect(large.regions).toBeLessThan(64);
  expect(large.begin + large.regions * large.bytes).toBeLessThanOrEqual(REACH);
  expect(large.begin + (large.regions + 1) * large.bytes).toBeGreaterThan(REACH);
});

test("a region is larger where a proof is worth sharing", () => {
  const alone = planMemory(layout, figures(16), 1);
  const shared = planMemory(layout, figures(16), 2);
  expect(shared.bytes).toBeGreaterThan(alone.bytes);
  expect(planMemory(layout, figures(14), 2).bytes).toBe(planMemory(layout, figures(14), 1).bytes);
});
