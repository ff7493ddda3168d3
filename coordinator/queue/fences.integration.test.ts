/** Each fence with its negative control: the same steps on statements without the clause must go wrong. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { mutate } from "../db/testing/mutant.ts";
import { silentLog } from "../db/testing/silent-log.ts";
import { openQueue } from "./open.ts";
import type { Lease, Queue } from "./queue.ts";
import {
  attemptOf,
  beginOne,
  leaseOne,
  must,
  newJob,
  openScenario,
  proofOf,
  want,
  worker,
} from "./testing/scenario.ts";
import type { Scenario } from "./testing/scenario.ts";

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
});
afterAll(() => scenario.close());
beforeEach(() => scenario.clear());

/** Runs `steps` on two replicas of the real queue and on two without the clause. */
const compare = async <Result>(
  clause: { readonly text: string; readonly without: string },
  steps: (queue: Queue, replica: Queue) => Promise<Result>,
): Promise<{ readonly fenced: Result; readonly unfenced: Result }> => {
  const fenced = await steps(scenario.queue, await scenario.replica());
  await scenario.clear();
  const mutant = mutate(scenario.database, clause.text, clause.without);
  const open = () => openQueue({ database: mutant.database, log: silentLog });
  const [queue, replica] = [await open(), await open()];
  try {
    const unfenced = await steps(queue, replica);
    expect(mutant.hits(), "the control must meet the clause").toBeGreaterThan(0);
    return { fenced, unfenced };
  } finally {
    await queue.close();
    await replica.close();
  }
};

/** The task is leased by ann, lost, and leased again by ben. */
const leaseTwice = async (queue: Queue): Promise<readonly [Lease, Lease]> => {
  await queue.submit(newJob(1));
  const first = await leaseOne(queue, "ann");
  await scenario.pass(91_000);
  await queue.reap();
  return [first, await leaseOne(queue, "ben")];
};

const holder = async (): Promise<string | undefined> => {
  const rows = await scenario.database.sql<
    { worker_id: string | null }[]
  >`select worker_id from tasks`;
  return rows[0]?.worker_id ?? undefined;
};

describe("fences", () => {
  const attemptFence = {
    text: " and attempt_id = ",
    without: " and attempt_id is not null and null is distinct from ",
  };

  it("a failure report ends only its own attempt", async () => {
    const { fenced, unfenced } = await compare(attemptFence, async (queue) => {
      const [old] = await leaseTwice(queue);
      const { verdict } = await queue.fail({
        attempt: await attemptOf(queue, old),
        cause: "internal",
        message: "proof generation failed: late",
        stage: "msm",
        reproduced: false,
      });
      return { verdict, holder: await holder() };
    });
    expect(fenced).toEqual({ verdict: "stale", holder: "ben" });
    expect(unfenced).toEqual({ verdict: "requeued", holder: undefined });
  });

  it("a wrong proof ends only its own attempt", async () => {
    const { fenced, unfenced } = await compare(attemptFence, async (queue) => {
      const [old] = await leaseTwice(queue);
      const { verdict } = await queue.reject(await attemptOf(queue, old), "digest", "off curve");
      return { verdict, holder: await holder() };
    });
    expect(fenced).toEqual({ verdict: "rejected", holder: "ben" });
    expect(unfenced).toEqual({ verdict: "rejected", holder: undefined });
  });

  it("a reproduced failure of an attempt that has ended does not end the task", async () => {
    const { fenced, unfenced } = await compare(attemptFence, async (queue) => {
      const [old] = await leaseTwice(queue);
      const attempt = await attemptOf(queue, old);
      const failure = {
        attempt,
        cause: "unsatisfied_constraints",
        message: "no",
        stage: "witness",
      } as const;
      return (await queue.fail({ ...failure, reproduced: true })).verdict;
    });
    expect(fenced).toBe("stale");
    expect(unfenced).toBe("failed");
  });

  it("a goodbye of an old session takes nothing from the new one", async () => {
    const clause = {
      text: " and session_id = ",
      without: " and session_id is not null and null::text is distinct from ",
    };
    const { fenced, unfenced } = await compare(clause, async (queue) => {
      await queue.submit(newJob(1));
      const lease = await leaseOne(queue, "ann");
      await queue.adopt({ workerId: worker("ann"), sessionId: "s-new" }, [lease.attemptId]);
      const released = await queue.release(want("ann").worker, [lease.attemptId], "goodbye");
      return released.length;
    });
    expect(fenced).toBe(0);
    expect(unfenced).toBe(1);
  });

  it("a heartbeat extends only leases of its own worker", async () => {
    const clause = { text: "using (attempt_id, worker_id)", without: "using (attempt_id)" };
    const { fenced, unfenced } = await compare(clause, async (queue) => {
      await queue.submit(newJob(1));
      const { attemptId } = await leaseOne(queue, "ann");
      const lost = await queue.extend([
        { attemptId, worker: want("eve").worker, stage: "msm", progress: 0.5 },
      ]);
      return lost.length;
    });
    expect(fenced).toBe(1);
    expect(unfenced).toBe(0);
  });

  it("a worker starts only its own attempts", async () => {
    const clause = {
      text: "::uuid and worker_id = ",
      without: "::uuid and null::text is distinct from ",
    };
    const { fenced, unfenced } = await compare(clause, async (queue) => {
      await queue.submit(newJob(1));
      return queue.start((await leaseOne(queue, "ann")).attemptId, worker("eve"));
    });
    expect(fenced).toBe(false);
    expect(unfenced).toBe(true);
  });

  it("eight lessors never lease the same task", async () => {
    const clause = { text: "for update skip locked", without: "" };
    const { fenced, unfenced } = await compare(clause, async (queue) => {
      const given: string[] = [];
      // Several rounds: in one alone, eight may by chance come one after the other.
      for (let round = 0; round < 8; round += 1) {
        await queue.submit(newJob(200));
        const wants = Array.from({ length: 8 }, (_, place) =>
          want(`w${round}-${place}`, { slots: 25 }),
        );
        const leases = (await Promise.all(wants.map((each) => queue.lease([each])))).flat();
        given.push(...leases.map(({ taskId }) => taskId));
      }
      return { given: given.length, tasks: new Set(given).size };
    });
    expect(fenced).toEqual({ given: 1_600, tasks: 1_600 });
    // Without it they choose the same rows, and only the check at the end keeps them from taking them twice.
    expect(unfenced.given).toBeLessThan(1_600);
  });

  it("a valid proof is taken once, however many come at once", async () => {
    const { fenced, unfenced } = await compare(
      {
        text: "delete from tasks where id = any(array(select id from held)) returning id",
        without: "select id from held",
      },
      async (queue, other) => {
        const [late, current] = await leaseTwice(queue);
        const [earlier, holding] = [await attemptOf(queue, late), await attemptOf(queue, current)];
        const outcomes = await Promise.allSettled([
          queue.accept(proofOf(earlier)),
          other.accept(proofOf(holding)),
          queue.accept(proofOf(holding, { digest: "another" })),
        ]);
        const verdicts = outcomes
          .map((one) => (one.status === "fulfilled" ? one.value.verdict : "error"))
          .toSorted();
        const open = await scenario.database.sql`select 1 from tasks`;
        return { verdicts, open: open.length };
      },
    );
    expect(fenced).toEqual({ verdicts: ["accepted", "duplicate", "duplicate"], open: 0 });
    // The second fence, UNIQUE(task), still keeps it from being credited twice: by an error, and the task is left open.
    expect(unfenced.open).toBe(1);
    expect(unfenced.verdicts).toContain("error");
    expect(await scenario.database.sql`select 1 from finished_tasks`).toHaveLength(1);
  });
});

describe("late work", () => {
  it("accepts a valid proof after its lease was lost, and tells the one who holds the task now", async () => {
    const { queue } = scenario;
    const [late, current] = await leaseTwice(queue);
    const cancelled: string[] = [];
    const off = queue.onWake((wake) => {
      if (wake.kind === "cancel") cancelled.push(...wake.attempts);
    });
    const { verdict } = await queue.accept(proofOf(await attemptOf(queue, late)));
    expect(verdict).toBe("accepted");
    await expect.poll(() => cancelled).toEqual([current.attemptId]);
    off();
    const row = must(await queue.proof("local", late.taskId));
    expect(row.result?.workerId).toBe("ann");
    const job = must(await queue.job("local", late.jobId));
    expect(job.tasks[0]?.attempts.map((attempt) => attempt.outcome)).toEqual([
      "accepted",
      "superseded",
    ]);
  });

  it("accepts a valid proof of a dead task", async () => {
    const { queue } = scenario;
    await queue.submit(newJob(1));
    const first = await beginOne(queue, "ann");
    for (let lost = 1; lost <= 3; lost++) {
      if (lost > 1) await beginOne(queue, "ann");
      await scenario.pass(91_000);
      await queue.reap();
    }
    expect((await queue.proof("local", first.taskId))?.state).toBe("dead");
    expect((await queue.accept(proofOf(await attemptOf(queue, first)))).verdict).toBe("accepted");
  });

  it("finds the task of an attempt that a crash of the database made it forget", async () => {
    const { queue, database } = scenario;
    await queue.submit(newJob(1));
    const lease = await leaseOne(queue, "ann");
    await queue.release(want("ann").worker, [lease.attemptId], "test");
    await database.sql`delete from attempts`;
    expect((await queue.accept(proofOf(await attemptOf(queue, lease)))).verdict).toBe("accepted");
  });
});
