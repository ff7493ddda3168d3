import { describe, expect, it } from "vitest";
import { circuitId } from "../../src/domain/ids.ts";
import type { SignalsJob, TrueSignals } from "./signals-job.ts";
import type { PoolOutcome } from "./thread-pool.ts";
import { createTrueSignals } from "./true-signals.ts";

const jobOf = (input: string): SignalsJob => {
  const id = circuitId("addition");
  if (id === undefined) throw new TypeError("addition");
  return {
    circuit: { id, curve: "bn128" },
    wasmDigest: "ab".repeat(32),
    wasmPath: "/nowhere",
    input: Buffer.from(input),
    publicSignals: 1,
  };
};

/** Answers in the order given; the last one again and again. */
const open = (...outcomes: readonly PoolOutcome<TrueSignals>[]) => {
  const asked: string[] = [];
  const truth = createTrueSignals({
    run: async ({ input }) => {
      asked.push(Buffer.from(input).toString());
      const outcome = outcomes[Math.min(asked.length, outcomes.length) - 1];
      if (outcome === undefined) throw new RangeError("no outcome");
      return outcome;
    },
    warm: () => undefined,
    waiting: () => 0,
    close: async () => undefined,
  });
  return { asked, truth };
};

const known: TrueSignals = { outcome: "known", signals: ["5"] };
const done: PoolOutcome<TrueSignals> = { kind: "done", result: known };

describe("the true signals of an input", () => {
  it("are computed once, whether asked at once or later", async () => {
    const { asked, truth } = open(done);
    const answers = await Promise.all([truth(jobOf("x")), truth(jobOf("x")), truth(jobOf("y"))]);
    expect(answers).toEqual([known, known, known]);
    expect(await truth(jobOf("x"))).toEqual(known);
    expect(asked).toEqual(["x", "y"]);
  });

  it.each([
    ["the queue is full", { kind: "full" }, 1_000],
    ["the thread hung", { kind: "lost", why: "no answer" }, 60_000],
    [
      "the circuit trapped",
      { kind: "done", result: { outcome: "inconclusive", reason: "unreachable" } },
      60_000,
    ],
  ] as const)("are asked for again after nothing was found: %s", async (_, first, retryAfterMs) => {
    const { asked, truth } = open(first, done);
    expect(await truth(jobOf("x"))).toMatchObject({ outcome: "inconclusive", retryAfterMs });
    expect(await truth(jobOf("x"))).toEqual(known);
    expect(asked).toEqual(["x", "x"]);
  });

  it("are kept for the last 256 inputs", async () => {
    const { asked, truth } = open(done);
    for (let index = 0; index < 257; index += 1) await truth(jobOf(String(index)));
    await truth(jobOf("256"));
    expect(asked).toHaveLength(257);
    await truth(jobOf("0"));
    expect(asked).toHaveLength(258);
  });
});
