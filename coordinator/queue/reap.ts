/** Queue.reap: what time has run out for. Any number of replicas may call it; each row is taken by one of them. */
import { announceChanges, announceFinished } from "./announce.ts";
import type { QueueContext } from "./context.ts";
import { endAttempts } from "./end-attempts.ts";
import { finishTasks } from "./finish-tasks.ts";
import type { Queue } from "./queue.ts";

/** Rows per call: short transactions, and the next call is a second away. */
const BATCH = 1_000;

export const reap =
  (context: QueueContext): Queue["reap"] =>
  async () => {
    const { sql } = context.database;
    const overdue = await finishTasks(sql, {
      selection: { where: sql`deadline_at < now()`, lock: "skip", limit: BATCH },
      state: "expired",
      reason: sql`'its deadline passed'`,
      reasonCode: sql`'deadline'`,
      outcome: "cancelled",
    });
    const vanished = await endAttempts(sql, context.policy, {
      selection: {
        where: sql`attempt_id is not null and (lease_until < now() or hard_until < now())`,
        lock: "skip",
        limit: BATCH,
      },
      ending: {
        outcome: "expired",
        reason: sql`case when hard_until < now()
          then format('it took longer than its limit of %s s', hard_limit_ms / 1000)
          else 'its node was not heard of any more' end`,
        reasonCode: sql`case when hard_until < now() then 'timeout' else 'vanished' end`,
      },
    });
    announceFinished(context, overdue);
    announceChanges(context, vanished);
    return [...overdue, ...vanished];
  };
