import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CoordinatorFailure } from "../failure.ts";
import { openFeed } from "./feed.ts";
import type { FeedMessage } from "./feed.ts";

const cancel = (...attempts: string[]) => ({ kind: "cancel", attempts }) as unknown as FeedMessage;
const assignment = (taskId: string) =>
  ({ kind: "assignment", lease: { taskId }, ticket: new Uint8Array() }) as unknown as FeedMessage;
const gone = new CoordinatorFailure({
  kind: "unavailable",
  reason: "DRAINING",
  problem: "the coordinator stops",
  remedy: "reconnect",
});

describe("a feed", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("gives messages in order, also those pushed before anybody listened", async () => {
    const feed = openFeed(0);
    feed.push(cancel("1"));
    feed.push(cancel("2"));
    const messages = feed.messages();
    expect((await messages.next()).value).toEqual(cancel("1"));
    expect((await messages.next()).value).toEqual(cancel("2"));
    const third = messages.next();
    feed.push(cancel("3"));
    expect((await third).value).toEqual(cancel("3"));
  });

  it("says something after each silence", async () => {
    const messages = openFeed(10_000).messages();
    for (let silence = 1; silence <= 2; silence += 1) {
      const next = messages.next();
      await vi.advanceTimersByTimeAsync(9_999);
      await vi.advanceTimersByTimeAsync(1);
      expect((await next).value).toEqual({ kind: "keepalive" });
    }
  });

  it("stays silent for a worker that knows no keepalive", async () => {
    const feed = openFeed(0);
    let said = false;
    void feed
      .messages()
      .next()
      .then(() => (said = true));
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(said).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
    feed.end();
  });

  it("ends with its reason, and hands back what was not taken", async () => {
    const feed = openFeed(10_000);
    const messages = feed.messages();
    feed.push(assignment("t1"));
    await messages.next();
    feed.push(cancel("x"));
    feed.push(assignment("t2"));
    feed.end(gone);
    await expect(messages.next()).rejects.toBe(gone);
    expect(feed.undelivered().map((lease) => lease.taskId)).toEqual(["t2"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("wakes whoever waits when it ends", async () => {
    const feed = openFeed(0);
    const next = feed.messages().next();
    await Promise.resolve();
    feed.end();
    expect((await next).done).toBe(true);
  });
});
