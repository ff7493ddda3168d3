import { describe, expect, it } from "vitest";
import { practiceInputs, shortfall } from "./demo.ts";

const made = (name: string) => practiceInputs[name]?.() as Record<string, string>;

describe("practice tasks", () => {
  it.each([
    [0, [7, 7, 6]],
    [19, [1, 0, 0]],
    [20, [0, 0, 0]],
    [25, [0, 0, 0]],
  ])("with %i queued, %j are added", (queued, expected) => {
    expect(shortfall(queued, 3)).toEqual(expected);
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
