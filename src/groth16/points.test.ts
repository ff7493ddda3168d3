import { describe, expect, test } from "vitest";
import { findFiniteBases } from "./points.ts";

/** A section of points of 8 bytes; 0 stands for infinity. */
const section = (...points: readonly number[]): Uint8Array =>
  new Uint8Array(new BigUint64Array(points.map(BigInt)).buffer);

describe("bases that count", () => {
  test.each([
    ["none", [], [], []],
    ["all", [5, 6, 7], [[0, 3]], [0, 1, 2]],
    ["nothing but infinity", [0, 0], [], []],
    ["not the first", [0, 6, 7], [[1, 2]], [1, 2]],
    ["not the last", [5, 6, 0], [[0, 2]], [0, 1]],
    [
      "some",
      [0, 1, 0, 0, 2, 3, 0, 4],
      [
        [1, 1],
        [4, 2],
        [7, 1],
      ],
      [1, 4, 5, 7],
    ],
  ])("are found: %s", (_, points, runs, scalars) => {
    const found = findFiniteBases(section(...points), 8, 0);
    expect(found.runs).toEqual(runs.map(([from, count]) => ({ from, count })));
    expect([...found.scalars]).toEqual(scalars);
    expect(found.count).toBe(scalars.length);
  });

  test("are told by any of their bytes", () => {
    for (let at = 0; at < 64; at += 1) {
      const points = new Uint8Array(128);
      points[64 + at] = 1;
      expect([...findFiniteBases(points, 64, 0).scalars]).toEqual([1]);
    }
  });

  test("of C begin with the first private wire", () => {
    expect([...findFiniteBases(section(9, 0, 9), 8, 4).scalars]).toEqual([4, 6]);
  });

  test("are found wherever the section lies", () => {
    const bytes = new Uint8Array(1 + 24);
    bytes.set(section(0, 6, 0), 1);
    expect([...findFiniteBases(bytes.subarray(1), 8, 0).scalars]).toEqual([1]);
  });
});
