import { describe, expect, it } from "vitest";
import { geometricMean, median } from "./statistics.ts";

describe("median", () => {
  it.each([
    ["an odd count", [3, 1, 2], 2],
    ["an even count", [4, 1, 3, 2], 2.5],
    ["one value", [7], 7],
    ["numbers that sort otherwise as text", [10, 9, 100], 10],
    ["nothing", [], Number.NaN],
  ])("of %s", (_what, values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it("leaves its values in their order", () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe("geometricMean", () => {
  it.each([
    ["equal ratios", [2, 2, 2], 2],
    ["a ratio and its inverse", [4, 0.25], 1],
    ["two ratios", [2, 8], 4],
  ])("of %s", (_what, ratios, expected) => {
    expect(geometricMean(ratios)).toBeCloseTo(expected, 12);
  });

  it("is NaN of nothing", () => {
    expect(geometricMean([])).toBeNaN();
  });
});
