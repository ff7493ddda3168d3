import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { FakeClock } from "../testing/clock.ts";
import { anySignal } from "./any-signal.ts";
import { Pause, within } from "./pause.ts";

const listeners = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;

describe("any signal", () => {
  it("is aborted with the first, for its reason, and keeps it", () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const signal = anySignal([one.signal, other.signal]);
    expect(signal.aborted).toBe(false);
    other.abort(new Error("the other"));
    one.abort(new Error("the one"));
    expect(signal.reason).toEqual(new Error("the other"));
  });

  it("is aborted from the beginning when one of them is", () => {
    const signal = anySignal([
      new AbortController().signal,
      AbortSignal.abort(new Error("before")),
    ]);
    expect(signal.reason).toEqual(new Error("before"));
  });

  it("listens to none of them once it is aborted", () => {
    const [one, other] = [new AbortController(), new AbortController()];
    anySignal([one.signal, other.signal]);
    expect([listeners(one.signal), listeners(other.signal)]).toEqual([1, 1]);
    other.abort();
    expect([listeners(one.signal), listeners(other.signal)]).toEqual([0, 0]);
  });

  it("a thousand waits leave no listener on the signal of a whole life", async () => {
    const clock = new FakeClock();
    const { signal } = new AbortController();
    const pause = new Pause(clock);
    for (let round = 0; round < 1_000; round += 1) {
      const waited = pause.wait(1, signal);
      pause.wake();
      await waited;
      await within({ clock, ms: 1_000, signal, what: "it" }, () => Promise.resolve());
    }
    const slept = pause.wait(1, signal);
    await clock.pass(1);
    await slept;
    expect(listeners(signal)).toBe(0);
  });
});
