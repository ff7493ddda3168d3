/** Queue.reviveDead: a job's dead tasks are queued again and have all their attempts before them. */
import type { QueueContext } from "./context.ts";
import { jobKeyOf } from "./ids.ts";
import type { Queue } from "./queue.ts";

export const reviveDead =
  ({ database, wake }: QueueContext): Queue["reviveDead"] =>
  async (owner, jobId) => {
    const key = jobKeyOf(jobId);
    if (key === undefined) return 0;
    const { sql } = database;
    const revived = await sql`
      update tasks set state = 0, failures = 0, lost = 0, leases_forgiven = leases, run_at = null,
        reason = '', reason_code = ''
      where owner_id = ${owner} and job_id = ${key} and state = 3
      returning id`;
    if (revived.length > 0) {
      wake({ kind: "ready" });
      wake({ kind: "job", jobId });
    }
    return revived.length;
  };
