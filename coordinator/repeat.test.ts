import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { silentLog } from "./db/testing/silent-log.ts";
import { repeat } from "./repeat.ts";

describe("repeat", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("never runs twice at once", async () => {
    let running = 0;
    let most = 0;
    const task = async (): Promise<void> => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setTimeout(resolve, 350));
      running -= 1;
    };
    const repetition = repeat({ everyMs: 100, name: "slow", task, log: silentLog });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(most).toBe(1);
    const stopped = repetition.stop();
    await vi.advanceTimersByTimeAsync(1_000);
    await stopped;
    expect(vi.getTimerCount()).toBe(0);
  });

  it("goes on after a failure, and logs it", async () => {
    let runs = 0;
    const errors: string[] = [];
    const log = { ...silentLog, error: (message: string) => void errors.push(message) };
    const task = () => ((runs += 1), Promise.reject(new Error("no")));
    const repetition = repeat({ everyMs: 100, name: "failing", task, log });
    await vi.advanceTimersByTimeAsync(350);
    expect(runs).toBe(3);
    expect(errors).toHaveLength(3);
    await repetition.stop();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(runs).toBe(3);
  });
});
