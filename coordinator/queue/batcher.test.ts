import { describe, expect, it } from "vitest";
import { openBatcher } from "./batcher.ts";

describe("a batcher", () => {
  it("takes calls of one breath together, and those made meanwhile next", async () => {
    const batches: (readonly number[])[] = [];
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const double = openBatcher<number, number>({
      maxBatch: 3,
      run: async (entries) => {
        batches.push(entries);
        if (batches.length === 1) await gate;
        return entries.map((entry) => entry * 2);
      },
    });
    const early = [double(1), double(2)];
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    const later = [double(3), double(4), double(5), double(6)];
    release();
    expect(await Promise.all([...early, ...later])).toEqual([2, 4, 6, 8, 10, 12]);
    expect(batches).toEqual([[1, 2], [3, 4, 5], [6]]);
    expect(await double(7)).toBe(14);
  });

  it("runs the entries of a failed batch one by one, so that only the bad one fails", async () => {
    const run = (entries: readonly number[]) =>
      entries.includes(2) ? Promise.reject(new Error("two")) : Promise.resolve(entries);
    const same = openBatcher<number, number>({ maxBatch: 9, run });
    const results = await Promise.allSettled([same(1), same(2), same(3)]);
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});
