/** Queue.start: a prover has begun. Its hard limit counts from here: waiting in the node's inbox is not proving. */
import type { QueueContext } from "./context.ts";
import { attemptKeyOf } from "./ids.ts";
import type { Queue } from "./queue.ts";

export const start =
  ({ database }: QueueContext): Queue["start"] =>
  async (attempt, worker) => {
    const key = attemptKeyOf(attempt);
    if (key === undefined) return false;
    // Once only: saying it again gains no time.
    const rows = await database.quickSql`
      update tasks set
        hard_until = case when started_at is null
          then now() + hard_limit_ms * interval '1 ms' else hard_until end,
        started_at = coalesce(started_at, now())
      where attempt_id = ${key}::uuid and worker_id = ${worker}
      returning id`;
    return rows.length > 0;
  };
