import { expect, it } from "vitest";
import { memoryBudgetBytes } from "./memory-budget.ts";

it("is half of what the browser says, or of the least that a device without a word has", () => {
  expect(memoryBudgetBytes({ deviceMemory: 8 })).toBe(4 * 2 ** 30);
  expect(memoryBudgetBytes({ deviceMemory: 0.5 })).toBe(2 ** 28);
  expect(memoryBudgetBytes({})).toBe(2 * 2 ** 30);
});
