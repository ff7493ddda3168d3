/**
 * Queue.purge: what has been kept long enough. Inputs are not among it: they go with their task's row when it finishes.
 */
import type { QueueContext } from "./context.ts";
import { finishTasks } from "./finish-tasks.ts";
import { purgeJobs } from "./purge-jobs.ts";
import type { Queue } from "./queue.ts";

export const purge =
  ({ database, policy }: QueueContext): Queue["purge"] =>
  async () => {
    const { sql } = database;
    const before = (ms: number) => sql`now() - ${ms}::double precision * interval '1 ms'`;
    await sql`delete from verdicts where created_at < ${before(policy.verdictsKeptMs)}`;
    await sql`delete from attempts where ended_at < ${before(policy.attemptsKeptMs)}`;
    await sql`delete from workers where last_seen < ${before(policy.workersKeptMs)}`;
    await sql`
      delete from proof_samples where id in (
        select id from (
          select id, row_number() over (partition by circuit_id, node_class order by id desc) as age
          from proof_samples
        ) aged where age > ${policy.samplesKept}
      ) and accepted_at < now() - interval '1 minute'`;
    await finishTasks(sql, {
      selection: { where: sql`state = 3 and run_at < ${before(policy.deadKeptMs)}`, lock: "skip" },
      state: "dead",
      reason: sql`reason`,
      reasonCode: sql`reason_code`,
      outcome: "failed",
    });
    await purgeJobs(sql, policy);
  };
