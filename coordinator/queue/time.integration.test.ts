import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  attemptOf,
  beginOne,
  circuits,
  enrol,
  leaseOne,
  must,
  newJob,
  openScenario,
  proofOf,
  want,
  worker,
} from "./testing/scenario.ts";
import type { Scenario } from "./testing/scenario.ts";
import type { FailedAttempt, Lease, TaskRow } from "./queue.ts";

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
});
afterAll(() => scenario.close());
beforeEach(() => scenario.clear());

const onlyTask = async (lease: Pick<Lease, "jobId">): Promise<TaskRow> =>
  must(must(await scenario.queue.job("local", lease.jobId)).tasks[0]);

const failOf = async (lease: Lease, other: Partial<FailedAttempt> = {}) =>
  scenario.queue.fail({
    attempt: await attemptOf(scenario.queue, lease),
    cause: "artifact",
    message: "proof generation failed: the key did not match its digest",
    stage: "key",
    reproduced: false,
    ...other,
  });

describe("leases in time", () => {
  it("hold as long as heartbeats name them, and are lost after the TTL without", async () => {
    const { queue } = scenario;
    await queue.submit(newJob(1));
    const lease = await beginOne(queue, "ann");
    await scenario.pass(80_000);
    expect(
      await queue.extend([
        { attemptId: lease.attemptId, worker: lease.worker, stage: "msm", progress: 0.5 },
      ]),
    ).toEqual([]);
    await scenario.pass(80_000);
    expect(await queue.reap()).toEqual([]);
    await scenario.pass(11_000);
    expect(await queue.reap()).toMatchObject([{ taskId: lease.taskId, state: "queued" }]);
    const task = await onlyTask(lease);
    expect(task.attempts).toMatchObject([
      {
        outcome: "expired",
        reason: "its node was not heard of any more",
        stage: "msm",
        progress: 0.5,
      },
    ]);
    expect(
      await queue.extend([
        { attemptId: lease.attemptId, worker: lease.worker, stage: "msm", progress: 0.6 },
      ]),
    ).toEqual([lease.attemptId]);
  });

  it("end at the hard limit, heartbeats or not; it counts from the start of proving", async () => {
    const { queue } = scenario;
    await queue.submit(newJob(1));
    const lease = await leaseOne(queue, "ann");
    const passWithBeats = async (ms: number): Promise<void> => {
      await scenario.pass(ms);
      await queue.extend([
        { attemptId: lease.attemptId, worker: lease.worker, stage: "msm", progress: 0.5 },
      ]);
    };
    await passWithBeats(601_000);
    expect(await queue.reap(), "waiting in the node's inbox is not proving").toEqual([]);
    expect(await queue.start(lease.attemptId, worker("ann"))).toBe(true);
    await passWithBeats(500_000);
    expect(await queue.start(lease.attemptId, worker("ann")), "saying it again gains nothing").toBe(
      true,
    );
    expect(await queue.reap()).toEqual([]);
    await passWithBeats(101_000);
    expect(await queue.reap()).toHaveLength(1);
    expect(await onlyTask(lease)).toMatchObject({
      reason: "it took longer than its limit of 600 s",
      reasonCode: "timeout",
    });
  });

  it("that no prover begins end after half an hour, heartbeats or not", async () => {
    const { queue } = scenario;
    await queue.submit(newJob(1));
    const lease = await leaseOne(queue, "ann");
    const beat = {
      attemptId: lease.attemptId,
      worker: lease.worker,
      stage: "waiting",
      progress: 0,
    } as const;
    await scenario.pass(1_799_000);
    await queue.extend([beat]);
    expect(await queue.reap()).toEqual([]);
    await scenario.pass(2_000);
    await queue.extend([beat]);
    expect(await queue.reap()).toMatchObject([{ taskId: lease.taskId, state: "queued" }]);
    expect((await onlyTask(lease)).reason).toBe("its node did not begin it within 1800 s");
  });

  it("three that vanish make a task dead with the reasons, and its owner revives it", async () => {
    const { queue } = scenario;
    const { jobId } = await queue.submit(newJob(1));
    for (let round = 0; round < 3; round++) {
      await beginOne(queue, `w${round}`);
      await scenario.pass(91_000);
      await queue.reap();
    }
    const dead = await onlyTask({ jobId });
    expect(dead.state).toBe("dead");
    expect(dead.reason).toContain("3 attempts");
    expect(dead.attempts.map((attempt) => attempt.workerId)).toEqual(["w0", "w1", "w2"]);
    expect(await queue.lease([want("ann")])).toEqual([]);
    expect(await queue.reviveDead("somebody else", jobId)).toBe(0);
    expect(await queue.reviveDead("local", jobId)).toBe(1);
    expect((await leaseOne(queue, "ann")).attemptNumber).toBe(4);
  });

  it("that vanish before they are begun are given back, whoever notices; twenty in all make a task dead", async () => {
    const { queue } = scenario;
    const { jobId } = await queue.submit(newJob(1));
    const vanish = async (round: number): Promise<void> => {
      const lease = await leaseOne(queue, `w${round}`);
      await scenario.pass(91_000);
      // Its node comes back without it, or stays away.
      await (round % 2 === 0
        ? queue.adopt({ ...lease.worker, sessionId: "s-new" }, [])
        : queue.reap());
    };
    for (let round = 1; round < 20; round++) await vanish(round);
    const open = await onlyTask({ jobId });
    expect(open.state).toBe("queued");
    expect(new Set(open.attempts.map((attempt) => attempt.outcome))).toEqual(new Set(["released"]));
    await vanish(20);
    expect(await onlyTask({ jobId })).toMatchObject({
      state: "dead",
      reason: "given up after 20 leases, the last one: its node came back without it",
    });
    await queue.reviveDead("local", jobId);
    await vanish(21);
    expect((await onlyTask({ jobId })).state, "it has all its leases before it").toBe("queued");
  });

  it("deadlines end tasks, and the node that works on one is told", async () => {
    const { queue } = scenario;
    const { jobId } = await queue.submit(newJob(2, { deadlineMs: 60_000 }));
    const lease = await leaseOne(queue, "ann");
    const cancelled: string[] = [];
    const off = queue.onWake((wake) => {
      if (wake.kind === "cancel") cancelled.push(...wake.attempts);
    });
    await scenario.pass(59_000);
    expect(await queue.reap()).toEqual([]);
    await scenario.pass(2_000);
    expect(await queue.reap()).toHaveLength(2);
    expect(must(await queue.job("local", jobId)).counts.expired).toBe(2);
    await expect.poll(() => cancelled).toEqual([lease.attemptId]);
    off();
    expect((await queue.accept(proofOf(await attemptOf(queue, lease)))).verdict).toBe("cancelled");
  });
});

describe("failures", () => {
  it("delay the task by 2, 4, 8, 16 s with up to a quarter more, keep the cause, and five make it dead", async () => {
    const { queue, database } = scenario;
    const { jobId } = await queue.submit(newJob(1));
    for (const seconds of [2, 4, 8, 16]) {
      expect((await failOf(await leaseOne(queue, "ann"))).verdict).toBe("requeued");
      const rows = await database.sql<[{ wait: number }]>`
        select extract(epoch from run_at - now())::double precision as wait from tasks`;
      expect(rows[0].wait).toBeGreaterThan(seconds - 1);
      expect(rows[0].wait).toBeLessThanOrEqual(seconds * 1.25);
      expect(await queue.lease([want("ben")])).toEqual([]);
      await scenario.pass(seconds * 1_250);
      expect(await queue.promote()).toBe(1);
    }
    const last = await failOf(await leaseOne(queue, "ann"));
    expect(last.change?.state).toBe("dead");
    const task = await onlyTask({ jobId });
    expect(task).toMatchObject({ state: "dead", reasonCode: "artifact" });
    expect(task.reason).toContain("the key did not match its digest");
    expect(task.attempts).toHaveLength(5);
  });

  it("that the coordinator reproduced end the task and are not the worker's", async () => {
    const { queue } = scenario;
    await enrol(queue, "ann");
    await queue.submit(newJob(1));
    const lease = await leaseOne(queue, "ann");
    const outcome = await failOf(lease, {
      cause: "unsatisfied_constraints",
      message: "invalid input: a > b",
      reproduced: true,
    });
    expect(outcome).toMatchObject({ verdict: "failed", change: { state: "failed" } });
    expect(await onlyTask(lease)).toMatchObject({
      state: "failed",
      reason: "invalid input: a > b",
      reasonCode: "unsatisfied_constraints",
    });
    expect(await queue.stats()).toMatchObject({ failedTotal: 1, queued: 0 });
    expect((await queue.workers())[0]).toMatchObject({ failed: 0 });
  });

  it("get the same answer when they are reported again", async () => {
    const { queue } = scenario;
    await enrol(queue, "ann");
    await queue.submit(newJob(1));
    const lease = await leaseOne(queue, "ann");
    const [first, second] = await Promise.all([failOf(lease), failOf(lease)]);
    expect([first.verdict, second.verdict]).toEqual(["requeued", "requeued"]);
    expect((await queue.workers())[0]).toMatchObject({ failed: 1 });
    expect((await onlyTask(lease)).attempts).toHaveLength(1);
  });
});

describe("reports", () => {
  it("of the same proof get the same verdict and receipt, at once or later, for 7 days", async () => {
    const { queue } = scenario;
    await enrol(queue, "ann");
    await queue.submit(newJob(1));
    const proof = proofOf(await attemptOf(queue, await leaseOne(queue, "ann")));
    const answers = await Promise.all(Array.from({ length: 20 }, () => queue.accept(proof)));
    const later = await (await scenario.replica()).accept(proof);
    const receipts = [...answers, later].map((answer) =>
      Buffer.from(must(answer.receipt).body).toString(),
    );
    expect(new Set(receipts).size).toBe(1);
    expect((await queue.workers())[0]).toMatchObject({ completed: 1 });
    const otherBytes = await queue.accept({ ...proof, digest: "of other bytes" });
    expect(otherBytes.verdict).toBe("duplicate");
  });

  it("of a wrong proof count against the worker once and requeue the task", async () => {
    const { queue, database } = scenario;
    await enrol(queue, "ann");
    await queue.submit(newJob(1));
    const attempt = await attemptOf(queue, await leaseOne(queue, "ann"));
    const first = await queue.reject(attempt, "digest", "A is not on the curve");
    expect(first).toMatchObject({ verdict: "rejected", change: { state: "delayed" } });
    expect(await queue.reject(attempt, "digest", "A is not on the curve")).toEqual({
      verdict: "rejected",
      message: "A is not on the curve",
    });
    const rows = await database.sql`select rejected, consecutive_valid from workers`;
    expect(rows[0]).toEqual({ rejected: 1n, consecutive_valid: 0 });
  });

  it("of a seed worker are fenced by the task and its current lease", async () => {
    const { queue } = scenario;
    await queue.submit(newJob(1));
    const { taskId, attemptId } = await leaseOne(queue, "seed");
    const find = (name: string) =>
      queue.findAttempt({ taskId, attemptId: "", workerId: worker(name) });
    expect(await find("seed")).toMatchObject({ attemptId, taskState: "leased" });
    expect(await find("eve")).toBeUndefined();
    const proof = proofOf(must(await find("seed")));
    await queue.accept(proof);
    expect(
      (await queue.accept(proofOf(must(await find("seed")), { digest: proof.digest }))).verdict,
    ).toBe("accepted");
  });

  it("that name somebody else's attempt are about nothing", async () => {
    const { queue } = scenario;
    await queue.submit(newJob(1));
    const { taskId, attemptId } = await leaseOne(queue, "ann");
    expect(await queue.findAttempt({ taskId, attemptId, workerId: worker("eve") })).toBeUndefined();
  });
});

describe("what is kept", () => {
  it("goes after its time: verdicts after 7 days, dead tasks after 7, attempts and workers after 30", async () => {
    const { queue, database } = scenario;
    await enrol(queue, "ann");
    const { jobId } = await queue.submit(newJob(1));
    for (let round = 0; round < 5; round++) {
      await failOf(await leaseOne(queue, "ann"));
      await scenario.pass(21_000);
      await queue.promote();
    }
    const count = async () => {
      await queue.purge();
      const rows = await database.sql`
        select (select count(*)::integer from verdicts) as verdicts, (select count(*)::integer from attempts) as attempts,
          (select count(*)::integer from tasks) as tasks, (select count(*)::integer from workers) as workers`;
      return rows[0];
    };
    const day = 86_400_000;
    await scenario.pass(6.9 * day);
    expect(await count()).toEqual({ verdicts: 5, attempts: 5, tasks: 1, workers: 1 });
    await scenario.pass(0.2 * day);
    expect(await count()).toEqual({ verdicts: 0, attempts: 5, tasks: 0, workers: 1 });
    expect(must(await queue.job("local", jobId)).counts.dead).toBe(1);
    expect(await queue.reviveDead("local", jobId)).toBe(0);
    await scenario.pass(24 * day);
    expect(await count()).toEqual({ verdicts: 0, attempts: 0, tasks: 0, workers: 0 });
  });
});

describe("results", () => {
  it("are kept for 90 days after a job's last task, those of practice for an hour", async () => {
    const { queue, database } = scenario;
    await database.sql`
      insert into owners (id, background) values ('practice', true) on conflict (id) do nothing`;
    const prove = async () =>
      queue.accept(proofOf(await attemptOf(queue, await leaseOne(queue, "ann"))));
    const mine = await queue.submit(newJob(2));
    await prove();
    await prove();
    const practice = await queue.submit(newJob(2, { owner: "practice" }));
    await prove();
    const kept = async () => {
      await queue.purge();
      const jobs = [
        await queue.job("local", mine.jobId),
        await queue.job("practice", practice.jobId),
      ];
      return jobs.map((job) => job !== undefined);
    };
    await scenario.pass(7_200_000);
    expect(await kept(), "a task of the practice job is open").toEqual([true, true]);
    await prove();
    await scenario.pass(3_500_000);
    expect(await kept()).toEqual([true, true]);
    await scenario.pass(200_000);
    expect(await kept()).toEqual([true, false]);
    await scenario.pass(89.8 * 86_400_000);
    expect(await kept()).toEqual([true, false]);
    await scenario.pass(0.2 * 86_400_000);
    expect(await kept()).toEqual([false, false]);
    expect(await database.sql`select 1 from finished_tasks`).toHaveLength(0);
  });
});

describe("hard limits", () => {
  it("are 4 x p95 of 20 samples or more, within 1 and 30 minutes, else 10 minutes", async () => {
    const { queue, database } = scenario;
    const sample = (ms: number, count: number) => database.sql`
      insert into proof_samples (circuit_id, node_class, duration_ms, accepted_at)
      select ${circuits.addition.id}, 3, ${ms}, now() from generate_series(1, ${count}::integer)`;
    // A replica of its own each time, so that none goes by what it has read before.
    const limit = async (nodeClass: number): Promise<number> => {
      await queue.submit(newJob(1));
      const fresh = await scenario.replica();
      return must((await fresh.lease([want("ann", { nodeClass })]))[0]).hardLimitMs;
    };
    await sample(30_000, 19);
    expect(await limit(3)).toBe(600_000);
    await sample(30_000, 1);
    expect(await limit(3)).toBe(120_000);
    expect(await limit(4)).toBe(600_000);
    await sample(1, 2_000);
    expect(await limit(3)).toBe(60_000);
    await sample(9_000_000, 2_000);
    expect(await limit(3)).toBe(1_800_000);
  });
});
