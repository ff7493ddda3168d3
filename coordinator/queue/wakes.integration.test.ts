import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { leaseOne, newJob, openScenario, want } from "./testing/scenario.ts";
import type { Scenario } from "./testing/scenario.ts";
import { record } from "../db/testing/recorder.ts";
import { silentLog } from "../db/testing/silent-log.ts";
import { openWakes } from "./wakes.ts";
import type { Queue, Wake } from "./queue.ts";

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
});
afterAll(() => scenario.close());

const hear = (queue: Pick<Queue, "onWake">) => {
  const heard: Wake[] = [];
  const stop = queue.onWake((wake) => heard.push(wake));
  return { heard, stop };
};

describe("wake-ups", () => {
  it("reach every replica, also the one that wakes", async () => {
    const other = await scenario.replica();
    const ears = [hear(scenario.queue), hear(other)];
    const { jobId } = await scenario.queue.submit(newJob(1));
    for (const { heard } of ears) await expect.poll(() => heard).toContainEqual({ kind: "ready" });
    const lease = await leaseOne(other, "ann");
    await other.release(want("ann").worker, [lease.attemptId], "test");
    for (const { heard } of ears)
      await expect.poll(() => heard).toContainEqual({ kind: "job", jobId });
    for (const { stop } of ears) stop();
    const silent = ears[0]?.heard.length;
    scenario.queue.wake({ kind: "ready" });
    await expect.poll(() => ears[0]?.heard.length).toBe(silent);
  });

  it("are gathered: a thousand within 25 ms are a few notifications", async () => {
    const recorder = record(scenario.database);
    const wakes = await openWakes({ database: recorder.database, intervalMs: 25, log: silentLog });
    const { heard, stop } = hear(wakes);
    for (let place = 0; place < 1_000; place++) wakes.wake({ kind: "ready" });
    await expect.poll(() => heard.length).toBeGreaterThan(0);
    await wakes.close();
    stop();
    expect(
      recorder.take().filter(({ text }) => text.includes("pg_notify")).length,
    ).toBeLessThanOrEqual(2);
    await recorder.close();
  });

  it("go on after the listening connection was cut, and begin with a look at what was missed", async () => {
    const { queue, database } = scenario;
    const { heard, stop } = hear(queue);
    await database.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query ilike 'listen%'`;
    await expect.poll(() => heard, { timeout: 5_000 }).toContainEqual({ kind: "ready" });
    heard.length = 0;
    queue.wake({ kind: "ready" });
    await expect.poll(() => heard).toContainEqual({ kind: "ready" });
    stop();
  });

  it("that somebody else sends are parsed before they are believed", async () => {
    const { heard, stop } = hear(scenario.queue);
    for (const payload of ["", "[]", '{"jobs":[1]}', '{"jobs":["no id!"]}', '{"ready":true}']) {
      await scenario.database.sql`select pg_notify('prove_at_home', ${payload})`;
    }
    await expect.poll(() => heard).toEqual([{ kind: "ready" }]);
    stop();
  });
});
