import { describe, expect, it } from "vitest";
import { nameSignals, requireId } from "./new-circuit.ts";

describe("a circuit's id", () => {
  it.each(["a", "semaphore20", "merkle_proof", "x".repeat(64)])("may be %s", (id) => {
    expect(requireId(id)).toBe(id);
  });
  it.each(["", "A", "1a", "_a", "a-b", "a.b", "a/../b", "x".repeat(65), "a\n"])(
    "may not be %j",
    (id) => {
      expect(() => requireId(id)).toThrow(/is no circuit id/u);
    },
  );
});

describe("names of public signals", () => {
  it("are numbered when none are given", () => {
    expect(nameSignals([], 2)).toEqual(["out[0]", "out[1]"]);
  });
  it("are taken as they are", () => {
    expect(nameSignals(["root", "main.x[0]"], 2)).toEqual(["root", "main.x[0]"]);
  });
  it.each([
    [["a"], "1 names were given for 2"],
    [["a", "a"], "given twice"],
    [["a", "b c"], "is no signal name"],
    [["a", "<script>"], "is no signal name"],
  ])("are refused: %j", (names, why) => {
    expect(() => nameSignals(names, 2)).toThrow(why);
  });
});
