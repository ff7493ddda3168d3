import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NodeFailure } from "../domain/failure.ts";
import { canonicalJson } from "./canonical-json.ts";

describe("canonical JSON", () => {
  it.each<[name: string, value: unknown, text: string]>([
    [
      "sorts keys by UTF-16 code units",
      { b: 1, a: 2, B: 3, "€": 4, "\u{1F600}": 5, "\uFB33": 6 },
      '{"B":3,"a":2,"b":1,"€":4,"\u{1F600}":5,"\uFB33":6}',
    ],
    ["keeps the order of arrays", [3, "1", true, []], '[3,"1",true,[]]'],
    ["writes no space", { a: { b: [1, 2] } }, '{"a":{"b":[1,2]}}'],
    ["escapes as JSON does", '"\\\n\u0001/', '"\\"\\\\\\n\\u0001/"'],
    ["writes minus zero as zero", -0, "0"],
    [
      "takes objects without a prototype",
      Object.assign(Object.create(null) as object, { a: 1 }),
      '{"a":1}',
    ],
  ])("%s", (_, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it.each<[name: string, value: unknown, path: string]>([
    ["null", { a: null }, "$.a"],
    ["a fraction", [0.5], "$[0]"],
    ["an integer above 2^53 - 1", { n: 2 ** 53 }, "$.n"],
    ["NaN", NaN, "$"],
    ["a bigint", { n: 1n }, "$.n"],
    ["undefined", { a: undefined }, "$.a"],
    ["a hole in an array", { a: [1, , 2] }, "$.a[1]"],
    ["a lone surrogate", { a: "\uD800" }, "$.a"],
    ["a class instance", { at: new Date(0) }, "$.at"],
    ["a function", { f: () => 1 }, "$.f"],
  ])("refuses %s and names the place", (_, value, path) => {
    expect(() => canonicalJson(value)).toThrow(NodeFailure);
    expect(() => canonicalJson(value)).toThrow(`${path}: expected`);
  });

  it("refuses what is nested too deep instead of overflowing the stack", () => {
    const deep = JSON.parse("[".repeat(5000) + "]".repeat(5000)) as unknown;
    expect(() => canonicalJson(deep)).toThrow("at most 32 levels");
  });

  it("gives one text for one value, whatever the order of its keys", () => {
    const leaf = fc.oneof(fc.string({ unit: "grapheme" }), fc.maxSafeInteger(), fc.boolean());
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), leaf), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse());
        const text = canonicalJson(object);
        expect(canonicalJson(reversed)).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(object)));
      }),
    );
  });
});
