import { describe, expect, it } from "vitest";
import { NodeFailure } from "../../domain/failure.ts";
import { settleWithin } from "./settle-within.ts";

const never = new Promise<never>(() => undefined);
const alive = (): AbortSignal => new AbortController().signal;

describe("settleWithin", () => {
  it("hands the answer on", async () => {
    const answer = settleWithin(Promise.resolve(7), { ms: 1_000, dead: alive(), what: "x" });
    await expect(answer).resolves.toBe(7);
  });

  it("hands a refusal on as it is", async () => {
    const refusal = new Error("no");
    const answer = settleWithin(Promise.reject(refusal), { ms: 1_000, dead: alive(), what: "x" });
    await expect(answer).rejects.toBe(refusal);
  });

  it("ends a wait that takes too long, and says what it was for", async () => {
    const answer = settleWithin(never, { ms: 5, dead: alive(), what: "reading the log" });
    await expect(answer).rejects.toThrow("reading the log took longer than 0.005 s");
  });

  it("ends a wait when the other side dies, with its reason", async () => {
    const death = new AbortController();
    const answer = settleWithin(never, { ms: 60_000, dead: death.signal, what: "x" });
    death.abort(new NodeFailure("platform", "gone"));
    await expect(answer).rejects.toThrow("gone");
  });

  it("does not even wait for somebody who is dead", async () => {
    const dead = AbortSignal.abort(new NodeFailure("platform", "gone"));
    await expect(settleWithin(never, { ms: 60_000, dead, what: "x" })).rejects.toThrow("gone");
  });
});
