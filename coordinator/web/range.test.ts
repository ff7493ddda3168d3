import { describe, expect, it } from "vitest";
import { isUnchanged, mayContinue, parseRange } from "./range.ts";

const part = (first: number, last: number) => ({ kind: "part", first, last });

describe("parseRange of 100 bytes", () => {
  it.each([
    ["bytes=0-9", part(0, 9)],
    ["bytes=90-", part(90, 99)],
    ["bytes=-10", part(90, 99)],
    ["bytes=-1000", part(0, 99)],
    ["bytes=50-1000", part(50, 99)],
    ["bytes=99-99", part(99, 99)],
    ["bytes=100-", { kind: "unsatisfiable" }],
    ["bytes=-0", { kind: "unsatisfiable" }],
    ["bytes=9-0", { kind: "whole" }],
    ["bytes=-", { kind: "whole" }],
    ["bytes=0-1,5-6", { kind: "whole" }],
    ["lines=0-9", { kind: "whole" }],
    [undefined, { kind: "whole" }],
  ])("%s", (header, expected) => {
    expect(parseRange(header, 100)).toEqual(expected);
  });

  it("finds nothing in an empty file", () => {
    expect(parseRange("bytes=0-", 0)).toEqual({ kind: "unsatisfiable" });
    expect(parseRange("bytes=-5", 0)).toEqual({ kind: "unsatisfiable" });
  });
});

describe("conditions", () => {
  it("continues only the very same file", () => {
    expect(mayContinue(undefined, '"a"')).toBe(true);
    expect(mayContinue('"a"', '"a"')).toBe(true);
    expect(mayContinue('"b"', '"a"')).toBe(false);
    expect(mayContinue('W/"a"', '"a"')).toBe(false);
  });

  it.each([
    ['"a"', true],
    ['W/"a"', true],
    ['"b", "a"', true],
    ["*", true],
    ['"b"', false],
    [undefined, false],
  ])("If-None-Match %s", (header, expected) => {
    expect(isUnchanged(header, '"a"')).toBe(expected);
  });
});
