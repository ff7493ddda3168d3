import { describe, expect, it } from "vitest";
import { openRate } from "./rate.ts";

const open = (limit: number) => {
  const clock = { now: 5_000 };
  return { clock, rate: openRate({ limit, perMs: 60_000, now: () => clock.now }) };
};

describe("openRate", () => {
  it("lets a full bucket go at once, then one at a time, and says when", () => {
    const { clock, rate } = open(3);
    expect([1, 2, 3].map(() => rate.take("a"))).toEqual([0, 0, 0]);
    expect(rate.take("a")).toBe(20_000);
    clock.now += 19_000;
    expect(rate.take("a")).toBe(1_000);
    clock.now += 1_000;
    expect(rate.take("a")).toBe(0);
    expect(rate.take("a")).toBe(20_000);
  });

  it("counts each key by itself, and takes a token back", () => {
    const { rate } = open(1);
    expect(rate.take("a")).toBe(0);
    expect(rate.take("b")).toBe(0);
    rate.putBack("a");
    expect(rate.take("a")).toBe(0);
    expect(rate.take("a")).toBeGreaterThan(0);
    rate.putBack("nobody");
  });

  it("has no limit at 0", () => {
    const { rate } = open(0);
    for (let times = 0; times < 1_000; times += 1) expect(rate.take("a")).toBe(0);
  });

  it("forgets none that is short of tokens for those who come once", () => {
    const { rate } = open(2);
    rate.take("flood");
    rate.take("flood");
    for (let times = 0; times < 19_000; times += 1) rate.take(`once ${times}`);
    expect(rate.take("flood")).toBeGreaterThan(0);
  });
});
