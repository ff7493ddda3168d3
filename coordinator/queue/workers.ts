/** Queue.workers: the fleet as the metrics show it. */
import type { QueueContext } from "./context.ts";
import { storedWorkerId } from "./ids.ts";
import type { QueuePolicy } from "./policy.ts";
import type { Queue, WorkerRow } from "./queue.ts";

type Row = {
  id: string;
  completed: bigint;
  failed: bigint;
  active: bigint;
  last_seen: Date;
  silent_ms: number;
};

export const workers =
  ({ database, policy }: QueueContext): Queue["workers"] =>
  async () => {
    const rows = await database.quickSql<Row[]>`
      select workers.id, workers.completed, workers.failed + workers.rejected as failed, workers.last_seen,
        coalesce(holding.active, 0) as active,
        extract(epoch from now() - workers.last_seen)::double precision * 1000 as silent_ms
      from workers left join (
        select worker_id, count(*) as active from tasks where worker_id is not null group by worker_id
      ) holding on holding.worker_id = workers.id
      where workers.last_seen > now() - interval '1 day'
      order by workers.id`;
    return rows.map((row) => ({
      workerId: storedWorkerId(row.id),
      state: stateOf(row.silent_ms, policy),
      completed: Number(row.completed),
      failed: Number(row.failed),
      activeTasks: Number(row.active),
      lastSeenMs: row.last_seen.getTime(),
    }));
  };

const stateOf = (silentMs: number, policy: QueuePolicy): WorkerRow["state"] => {
  if (silentMs >= policy.leaseTtlMs) return "gone";
  return silentMs >= policy.suspectAfterMs ? "suspect" : "active";
};
