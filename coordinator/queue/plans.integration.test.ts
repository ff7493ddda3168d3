/**
 * The plans of the hot statements. A prepared statement keeps the plan that it was given when its connection first ran
 * it, usually on empty tables: so they are looked at empty, and must be right then already.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { record } from "../db/testing/recorder.ts";
import type { Recorder, Statement } from "../db/testing/recorder.ts";
import { silentLog } from "../db/testing/silent-log.ts";
import { openQueue } from "./open.ts";
import type { Queue } from "./queue.ts";
import {
  attemptOf,
  enrol,
  leaseOne,
  must,
  newJob,
  openScenario,
  proofOf,
  want,
} from "./testing/scenario.ts";
import type { Scenario } from "./testing/scenario.ts";

let scenario: Scenario;
let recorder: Recorder;
let queue: Queue;
beforeAll(async () => {
  scenario = await openScenario();
  recorder = record(scenario.database);
  queue = await openQueue({ database: recorder.database, log: silentLog });
});
afterAll(async () => {
  await queue.close();
  await recorder.close();
  await scenario.close();
});
beforeEach(() => scenario.clear());

/** The statement among those just run that has `part` in it. */
const ran = (part: string): Statement =>
  must(recorder.take().find(({ text }) => text.includes(part)));

const hot = /Seq Scan on (tasks|finished_tasks|verdicts|attempts|jobs|workers)\b/u;
/** Lines of a plan that read `tasks`. */
const readsOfTasks = (plan: string): readonly string[] =>
  plan
    .split("\n")
    .filter((line) => /Scan .*(on tasks|tasks_\w+)/u.test(line))
    .map((line) => line.trim());

const planOf = async (part: string): Promise<string> => {
  const plan = await recorder.explain(ran(part), false);
  expect(plan).not.toMatch(hot);
  return plan;
};

describe("plans", () => {
  it("lease by the ready index and take by the primary key", async () => {
    await queue.submit(newJob(1));
    recorder.take();
    await leaseOne(queue, "ann");
    const reads = readsOfTasks(await planOf("with recursive"));
    expect(reads.filter((line) => line.includes("tasks_ready"))).toHaveLength(1);
    expect(reads.some((line) => line.includes("tasks_pkey"))).toBe(true);
  });

  it("lease with one look at the pool for each party, and join no parties by their circuits", async () => {
    await queue.submit(newJob(1));
    recorder.take();
    await leaseOne(queue, "ann");
    const plan = await planOf("with recursive");
    expect(plan.match(/Sort Key: pool\S*vtime/gu)).toHaveLength(1);
    expect(plan).not.toMatch(/Cond: .*circuit_keys = /u);
  });

  it("would walk all of the ready index if the update said state = 0", async () => {
    await queue.submit(newJob(1));
    recorder.take();
    await leaseOne(queue, "ann");
    const { text, parameters } = ran("with recursive");
    expect(text).toContain("tasks.state + 0 = 0");
    const trap = { text: text.replace("tasks.state + 0 = 0", "tasks.state = 0"), parameters };
    const reads = readsOfTasks(await recorder.explain(trap, false));
    expect(reads.filter((line) => line.includes("tasks_ready"))).toHaveLength(2);
  });

  it("accept by the primary key", async () => {
    await enrol(queue, "ann");
    await queue.submit(newJob(1));
    const proof = proofOf(await attemptOf(queue, await leaseOne(queue, "ann")));
    recorder.take();
    await queue.accept(proof);
    const reads = readsOfTasks(await planOf("receipt_body text"));
    expect(reads.length).toBeGreaterThan(0);
    for (const line of reads.filter((each) => each.includes("Index")))
      expect(line).toContain("tasks_pkey");
  });

  it("extend, start and release by the attempt", async () => {
    await queue.submit(newJob(1));
    const { attemptId, worker } = await leaseOne(queue, "ann");
    recorder.take();
    await queue.extend([{ attemptId, worker, stage: "msm", progress: 0.5 }]);
    expect(await planOf("lease_until = now()")).toContain("tasks_attempt");
    await queue.start(attemptId, worker.workerId);
    expect(await planOf("started_at = coalesce")).toMatch(/tasks_attempt|tasks_worker/u);
    await queue.release(want("ann").worker, [attemptId], "test");
    expect(await planOf("ending as materialized")).toMatch(/tasks_attempt|tasks_worker/u);
  });

  it("reap by the leases and the deadlines, not the backlog", async () => {
    await queue.submit(newJob(1, { deadlineMs: 60_000 }));
    await leaseOne(queue, "ann");
    recorder.take();
    await queue.reap();
    const statements = recorder.take();
    const plans = await Promise.all(statements.map((one) => recorder.explain(one, false)));
    for (const plan of plans) expect(plan).not.toMatch(hot);
    expect(plans.join("\n")).toMatch(/tasks_deadline/u);
    expect(plans.join("\n")).toMatch(/tasks_attempt/u);
  });

  it("are never compiled, whatever the server's default", async () => {
    const { sql, quickSql } = scenario.database;
    for (const pool of [sql, quickSql]) {
      const rows = await pool`select setting, source from pg_settings where name = 'jit'`;
      expect(rows).toEqual([{ setting: "off", source: "client" }]);
    }
  });

  it("hold on a backlog of 20,000: a lease reads some hundred rows", async () => {
    const large = await scenario.replica({ queuedPerOwner: 1_000_000 });
    for (let place = 0; place < 20; place++) await large.submit(newJob(1_000));
    recorder.take();
    await queue.lease([want("ann", { slots: 32 })]);
    const plan = await recorder.explain(ran("with recursive"), true);
    const rows = [...plan.matchAll(/Scan .*tasks.*actual time=\S+ rows=([\d.]+)/gu)].map((match) =>
      Number(match[1]),
    );
    expect(rows.length).toBeGreaterThan(1);
    expect(Math.max(...rows)).toBeLessThanOrEqual(32);
  });
});
