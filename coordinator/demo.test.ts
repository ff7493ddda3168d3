import { describe, expect, it } from "vitest";
import { nextCircuits, practiceInputs } from "./demo.ts";

const made = (name: string) => practiceInputs[name]?.() as Record<string, string>;

describe("practice tasks", () => {
  it.each([
    [4, 0, ["merkle_proof", "range_proof", "addition", "merkle_proof"]],
    [2, 2, ["addition", "merkle_proof"]],
    [0, 1, []],
    [-3, 1, []],
  ])("%i missing after %i: %j", (missing, from, expected) => {
    expect(nextCircuits(missing, from)).toEqual(expected);
  });

  it("have inputs that can be proven, different each time", () => {
    for (let times = 0; times < 200; times += 1) {
      const { value = "", min = "", max = "" } = made("range_proof");
      expect(BigInt(value) >= BigInt(min) && BigInt(value) <= BigInt(max)).toBe(true);
      const { leaves, leaf_index } = practiceInputs.merkle_proof?.() as {
        leaves: string[];
        leaf_index: number;
      };
      expect(leaves[leaf_index]).toMatch(/^0x[0-9a-f]{62}$/u);
    }
    expect(made("addition")).not.toEqual(made("addition"));
  });
});
