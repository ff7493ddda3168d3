import { describe, expect, it } from "vitest";
import { estimate } from "./job-message.ts";

const facts = { ahead: 0, open: 10, p50Ms: 1_000, p95Ms: 3_000, provers: 2 };

describe("estimate", () => {
  it.each([
    ["ten tasks, two provers", {}, { lowMs: 5_000, highMs: 15_000 }],
    ["others before it", { ahead: 10 }, { lowMs: 5_000, highMs: 30_000 }],
    ["fewer tasks than provers", { open: 1, provers: 8 }, { lowMs: 1_000, highMs: 3_000 }],
    ["nobody proves", { provers: 0 }, { lowMs: 0, highMs: 0 }],
    ["nothing measured", { p50Ms: 0, p95Ms: 0 }, { lowMs: 0, highMs: 0 }],
    ["all is done", { open: 0 }, { lowMs: 0, highMs: 0 }],
  ])("%s", (_name, changes, expected) => {
    expect(estimate({ ...facts, ...changes })).toEqual(expected);
  });
});
