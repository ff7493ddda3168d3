import { describe, expect, it } from "vitest";
import { parseStatus, riseOf } from "./process-memory.ts";

describe("parseStatus", () => {
  it("reads what a process holds and held at most", () => {
    const status = "Name:\tchromium\nVmPeak:\t 9000 kB\nVmHWM:\t  300 kB\nVmRSS:\t  200 kB\n";
    expect(parseStatus(status)).toEqual({ held: 204_800, peak: 307_200 });
  });

  it("has nothing of a process that has ended", () => {
    expect(parseStatus("Name:\tchromium\nState:\tZ (zombie)\n")).toBeUndefined();
  });
});

describe("riseOf", () => {
  const before = new Map([
    ["1", { held: 100, peak: 130 }],
    ["2", { held: 500, peak: 500 }],
  ]);

  it("is the largest rise, from what was held before to the peak", () => {
    const after = new Map([
      ["1", { held: 150, peak: 400 }],
      ["2", { held: 500, peak: 510 }],
    ]);
    expect(riseOf(before, after)).toBe(300);
  });

  it("leaves out processes that were not there before", () => {
    expect(riseOf(before, new Map([["3", { held: 900, peak: 900 }]]))).toBeUndefined();
  });
});
