import { describe, expect, it } from "vitest";
import { seededRandom } from "../testing/random.ts";
import { exponential, fullJitter, nearlyExact, type Backoff } from "./backoff.ts";

const delays = (first: Backoff, count: number): readonly number[] => {
  const all: number[] = [];
  for (let backoff = first; all.length < count; backoff = backoff.next()) all.push(backoff.delayMs);
  return all;
};

describe("backoff", () => {
  it("doubles up to its limit and stays there", () => {
    expect(delays(exponential(1_000, 16_000), 6)).toEqual([1e3, 2e3, 4e3, 8e3, 16e3, 16e3]);
    expect(delays(exponential(5_000, 60_000), 6)).toEqual([5e3, 10e3, 20e3, 40e3, 60e3, 60e3]);
  });

  it("is a value: the next one leaves it as it was", () => {
    const first = exponential(1_000, 16_000);
    first.next();
    expect(first.delayMs).toBe(1_000);
    expect(first.next().delayMs).toBe(2_000);
  });

  it("full jitter is spread over the whole wait", () => {
    const random = seededRandom(7);
    const waits = Array.from({ length: 1_000 }, () => fullJitter(5_000, random));
    expect(Math.min(...waits)).toBeLessThan(100);
    expect(Math.max(...waits)).toBeGreaterThan(4_900);
    expect(Math.max(...waits)).toBeLessThan(5_000);
  });

  it("promised schedules keep within a fifth", () => {
    expect(nearlyExact(1_000, () => 0)).toBe(800);
    expect(nearlyExact(1_000, () => 0.5)).toBe(1_000);
    expect(nearlyExact(1_000, () => 1)).toBe(1_200);
  });
});
