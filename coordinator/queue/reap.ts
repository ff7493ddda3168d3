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
    const vanished = await endAttempts(sql, context.policy, overtime(context));
    announceFinished(context, overdue);
    announceChanges(context, vanished);
    return [...overdue, ...vanished];
  };

/** Leases whose node is silent, that took too long to prove, or that no prover began: a node may not hoard tasks. */
const overtime = ({
  database: { sql },
  policy,
}: QueueContext): Parameters<typeof endAttempts>[2] => {
  const waitingMs = policy.hardLimit.maxMs;
  const unbegun = sql`(
    started_at is null and leased_at < now() - ${waitingMs}::double precision * interval '1 ms')`;
  return {
    selection: {
      where: sql`(lease_until < now() or hard_until < now() or ${unbegun})`,
      lock: "skip",
      limit: BATCH,
    },
    ending: {
      outcome: "expired",
      reason: sql`case
        when hard_until < now() then format('it took longer than its limit of %s s', hard_limit_ms / 1000)
        when ${unbegun} then ${`its node did not begin it within ${waitingMs / 1_000} s`}::text
        else 'its node was not heard of any more' end`,
      reasonCode: sql`case when hard_until < now() or ${unbegun} then 'timeout' else 'vanished' end`,
    },
  };
};
