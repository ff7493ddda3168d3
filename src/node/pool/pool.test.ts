import { describe, expect, it } from "vitest";
import { NodeFailure } from "../../domain/failure.ts";
import { attemptId } from "../../domain/ids.ts";
import type { Report } from "../../domain/task.ts";
import type { ProverReady } from "../../prover/protocol.ts";
import { settle } from "../../testing/clock.ts";
import { task } from "../../testing/node.ts";
import { assignment, pooled } from "../../testing/pool.ts";
import { filesOf, the } from "../../testing/prover.ts";
import type { PoolNeeds } from "./prover.ts";

const never = <T>(): Promise<T> => new Promise(() => undefined);

const failure = (report: Report | undefined) =>
  report?.kind === "failure" ? { cause: report.cause, message: report.message } : report;

describe("the pool", () => {
  it("gives each free prover one task, and reports in the order in which they are done", async () => {
    const { give, proverOf, provers, reports } = pooled({ concurrency: 2 });
    await settle();
    await give(assignment(1), assignment(2), assignment(3));
    expect(provers.map(({ requests }) => requests.length)).toEqual([1, 1]);
    proverOf(1).succeed();
    await settle();
    proverOf(0).succeed();
    await settle();
    expect(reports.map((report) => report.assignment.taskId)).toEqual(["t_2", "t_1"]);
    expect(proverOf(1).requests).toHaveLength(2);
  });

  it("ends its provers when there are no more tasks", async () => {
    const { close, events, provers } = pooled({ concurrency: 2 });
    await settle();
    await close();
    expect(provers.every(({ terminated }) => terminated)).toBe(true);
    expect(events.slice(-2)).toMatchObject([
      { state: { name: "ended" } },
      { state: { name: "ended" } },
    ]);
  });

  it("a prover that dies is replaced, and its task reported with the cause", async () => {
    const { give, proverOf, provers, reports } = pooled();
    await settle();
    await give(assignment(1));
    proverOf(0).progress("msm", 0.5);
    proverOf(0).die("Uncaught RangeError");
    await settle();
    expect(provers).toHaveLength(2);
    expect(reports[0]).toMatchObject({
      kind: "failure",
      cause: "internal",
      message: "proof generation failed: the prover worker ended: Uncaught RangeError",
      stage: "msm",
    });
    await give(assignment(2));
    proverOf(1).succeed();
    await settle();
    expect(reports[1]?.kind).toBe("completion");
  });

  it("a prover that dies while idle is replaced before the next task", async () => {
    const { proverOf, provers } = pooled();
    await settle();
    proverOf(0).die("gone");
    await settle();
    expect(provers).toHaveLength(2);
  });

  it("a prover that is silent for five minutes is hung: it is ended, and its task reported as timed out", async () => {
    const { clock, give, proverOf, provers, reports } = pooled();
    await settle();
    await give(assignment(1));
    await clock.pass(299_000);
    expect(reports).toHaveLength(0);
    await clock.pass(2_000);
    expect(proverOf(0).terminated).toBe(true);
    expect(provers).toHaveLength(2);
    expect(failure(reports[0])).toEqual({
      cause: "timeout",
      message: "proof generation failed: the prover was silent for 300000 ms",
    });
  });

  it("negative control: one that tells its progress is not hung", async () => {
    const { clock, give, proverOf, reports } = pooled();
    await settle();
    await give(assignment(1));
    for (let sign = 0; sign < 4; sign += 1) {
      await clock.pass(140_000);
      proverOf(0).progress("msm", 0);
    }
    expect(proverOf(0).terminated).toBe(false);
    expect(reports).toHaveLength(0);
  });

  it("a circuit that takes long is given three times its p95 of silence", async () => {
    const { clock, give, proverOf, provers } = pooled();
    await settle();
    await give(assignment(1));
    await clock.pass(120_000);
    proverOf(0).succeed();
    await give(assignment(2));
    await clock.pass(359_000);
    expect(provers).toHaveLength(1);
    await clock.pass(2_000);
    expect(provers).toHaveLength(2);
  });

  it("an attempt is ended at its hard limit, however lively its prover is", async () => {
    const { clock, give, proverOf, reports } = pooled();
    await settle();
    await give(assignment(1, { hardLimitMs: 100_000 }));
    await clock.pass(50_000);
    proverOf(0).progress("msm", 0.4);
    await clock.pass(49_000);
    expect(reports).toHaveLength(0);
    await clock.pass(2_000);
    expect(failure(reports[0])).toEqual({
      cause: "timeout",
      message: "proof generation failed: no proof within the limit of 100000 ms",
    });
  });

  it("a proof that has shown itself slow may be silent for three proofs as long as its own", async () => {
    const { clock, give, proverOf, provers } = pooled();
    await settle();
    await give(assignment(1, { hardLimitMs: 10_000_000 }));
    await clock.pass(200_000);
    proverOf(0).progress("msm", 0.4);
    await clock.pass(1_499_000);
    expect(provers).toHaveLength(1);
    await clock.pass(2_000);
    expect(provers).toHaveLength(2);
  });

  it("what a tab was frozen or a device asleep counts neither as silence nor as proving", async () => {
    const { clock, give, proverOf, reports } = pooled();
    await settle();
    await give(assignment(1, { hardLimitMs: 100_000 }));
    await clock.pass(50_000);
    clock.jump(24 * 3_600_000);
    await clock.pass(40_000);
    expect([proverOf(0).terminated, reports.length]).toEqual([false, 0]);
    await clock.pass(10_000);
    expect(failure(reports[0])).toMatchObject({ cause: "timeout" });
  });

  it("limits and StartTask begin when the files are there", async () => {
    let loaded = (): void => undefined;
    const load: PoolNeeds["load"] = (wanted, heard) =>
      new Promise((resolve) => {
        loaded = () => {
          heard();
          resolve(filesOf(wanted));
        };
      });
    const { begun, clock, give, reports } = pooled({ load });
    await settle();
    await give(assignment(1, { hardLimitMs: 70_000 }));
    await clock.pass(200_000);
    expect([begun, reports]).toEqual([[], []]);
    loaded();
    await settle();
    expect(begun).toEqual(["t_1"]);
    await clock.pass(71_000);
    expect(failure(reports[0])).toMatchObject({ cause: "timeout" });
  });

  it("a download that nothing comes of is ended; that does not cost the prover its life", async () => {
    let heard = (): void => undefined;
    const load: PoolNeeds["load"] = (_, tell) => {
      heard = tell;
      return never();
    };
    const { clock, give, proverOf, reports } = pooled({ load });
    await settle();
    await give(assignment(1));
    await clock.pass(299_000);
    heard();
    await clock.pass(299_000);
    expect(reports).toHaveLength(0);
    await clock.pass(2_000);
    expect(failure(reports[0])).toEqual({
      cause: "timeout",
      message: "proof generation failed: the download was silent for 300000 ms",
    });
    expect(proverOf(0).terminated).toBe(false);
  });

  it("StartTask that is never answered is given up, and the proof goes on", async () => {
    let ended = false;
    const begin: PoolNeeds["begin"] = (_, signal) => {
      signal.addEventListener("abort", () => {
        ended = true;
      });
      return never();
    };
    const { clock, give, proverOf, reports } = pooled({ begin });
    await settle();
    await give(assignment(1));
    await clock.pass(9_999);
    expect(ended).toBe(false);
    await clock.pass(2);
    expect(ended).toBe(true);
    proverOf(0).succeed();
    await settle();
    expect(reports[0]?.kind).toBe("completion");
  });

  it.each(["out_of_memory", "platform", "cancelled", "prover_lost"] as const)(
    "what only this device cannot load is given back, not failed: %s",
    async (code) => {
      const { declined, give, provers, reports } = pooled({
        load: () => Promise.resolve({ ok: false, code, message: "no" }),
      });
      await settle();
      await give(assignment(1), assignment(2));
      expect(declined).toEqual([
        ["t_1", code],
        ["t_2", code],
      ]);
      expect([reports.length, provers.length]).toEqual([0, 1]);
    },
  );

  it("a circuit that cannot be had is reported as such", async () => {
    const { give, reports } = pooled({
      load: () =>
        Promise.resolve({ ok: false, code: "unknown_circuit", message: "no such circuit" }),
    });
    await settle();
    await give(assignment(1));
    expect(failure(reports[0])).toEqual({
      cause: "unknown_circuit",
      message: "proof generation failed: no such circuit",
    });
  });

  it("a cancelled task is ended with its prover, and nothing is reported", async () => {
    const { events, give, pool, proverOf, reports } = pooled();
    await settle();
    await give(assignment(1));
    expect(pool.cancel(the(attemptId(task(1).attemptId)), "the owner cancelled")).toBe(true);
    await settle();
    expect(proverOf(0).terminated).toBe(true);
    expect(reports).toHaveLength(0);
    expect(events).toContainEqual({
      type: "attempt-lost",
      attemptId: task(1).attemptId,
      why: "the owner cancelled",
    });
  });

  it("a prover is renewed after 200 proofs", async () => {
    const { give, proverOf, provers } = pooled();
    await settle();
    for (let number = 1; number <= 200; number += 1) {
      await give(assignment(number));
      proverOf(0).succeed();
      await settle();
    }
    expect(proverOf(0).terminated).toBe(true);
    expect(provers).toHaveLength(2);
  }, 30_000);

  it("a prover is renewed when its memory has passed the limit, and the memory is told", async () => {
    const { events, give, proverOf, provers } = pooled();
    await settle();
    await give(assignment(1));
    proverOf(0).succeed(2 ** 30 + 1);
    await settle();
    expect(provers).toHaveLength(2);
    expect(events).toContainEqual({ type: "memory", prover: 0, bytes: 2 ** 30 + 1 });
  });

  it("a worker that cannot start is tried again after growing waits, and takes no task meanwhile", async () => {
    const broken = (made: number): Promise<ProverReady> =>
      made < 3
        ? Promise.reject(new NodeFailure("prover_lost", "no script"))
        : Promise.resolve({ engine: "fake", selfTestMs: 64 });
    const { clock, events, give, provers } = pooled({ ready: broken });
    await settle();
    await give(assignment(1));
    expect(provers).toHaveLength(1);
    expect(events).toContainEqual({ type: "trouble", code: "prover_lost", message: "no script" });
    await clock.pass(10_000);
    expect(provers).toHaveLength(4);
    expect(provers.map(({ requests }) => requests.length)).toEqual([0, 0, 0, 1]);
  });

  it("counts the provers that cannot start until they can", async () => {
    const broken = (made: number): Promise<ProverReady> =>
      made < 2
        ? Promise.reject(new NodeFailure("prover_lost", "no script"))
        : Promise.resolve({ engine: "fake", selfTestMs: 70 + made });
    const { clock, pool } = pooled({ concurrency: 2, ready: broken });
    expect(pool.able).toBe(2);
    await settle();
    expect([pool.able, pool.selfTestMs]).toEqual([0, 0]);
    await clock.pass(5_000);
    expect([pool.able, pool.selfTestMs]).toEqual([2, 72]);
  });

  it("negative control: a prover that is replaced is not one that cannot start", async () => {
    const { give, pool, proverOf } = pooled();
    await settle();
    await give(assignment(1));
    proverOf(0).die("gone");
    expect(pool.able).toBe(1);
    await settle();
    expect(pool.able).toBe(1);
  });

  it("a lane without a prover does not hold up the end", async () => {
    const broken = (): Promise<ProverReady> =>
      Promise.reject(new NodeFailure("prover_lost", "no script"));
    const { close, pool } = pooled({ ready: broken });
    await settle();
    pool.finish();
    await close();
  });

  it("says nothing of a lane after its end", async () => {
    const { events, give, pool } = pooled();
    await settle();
    await give(assignment(1));
    pool.end("stopped at once");
    await settle();
    const states = events.filter((event) => event.type === "prover").map(({ state }) => state.name);
    expect(states.at(-1)).toBe("ended");
  });
});
