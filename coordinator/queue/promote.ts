/** Queue.promote: delayed tasks that are due are queued again, in their old slots. */
import { announceChanges } from "./announce.ts";
import type { QueueContext } from "./context.ts";
import { jobIdOf, taskIdOf } from "./ids.ts";
import type { Queue, TaskChange } from "./queue.ts";

const BATCH = 1_000;

export const promote =
  (context: QueueContext): Queue["promote"] =>
  async () => {
    const sql = context.database.quickSql;
    const rows = await sql<{ id: bigint; job_id: bigint; reason: string }[]>`
      with due as materialized (
        select id from tasks where state = 2 and run_at <= now()
        order by run_at limit ${BATCH} for update skip locked
      )
      update tasks set state = 0, run_at = null
      where id = any(array(select id from due))
      returning id, job_id, reason`;
    const changes = rows.map((row): TaskChange => {
      const { reason } = row;
      return { taskId: taskIdOf(row.id), jobId: jobIdOf(row.job_id), state: "queued", reason };
    });
    announceChanges(context, changes);
    return changes.length;
  };
