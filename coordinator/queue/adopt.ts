/** Queue.adopt: after a reconnect, a worker's attempts become its new session's; what it does not name is lost. */
import { announceChanges } from "./announce.ts";
import type { QueueContext } from "./context.ts";
import { endAttempts } from "./end-attempts.ts";
import { attemptIdOf, attemptKeyOf } from "./ids.ts";
import { uuids } from "./uuids.ts";
import type { Queue } from "./queue.ts";

export const adopt =
  (context: QueueContext): Queue["adopt"] =>
  async ({ workerId, sessionId }, attempts) => {
    const keys = attempts.map(attemptKeyOf).filter((key) => key !== undefined);
    const { adopted, ended } = await context.database.sql.begin(async (sql) => {
      // All that it holds is locked in one go, in the queue's common order.
      await sql`select id from tasks where worker_id = ${workerId} order by id for update`;
      const rows = await sql<{ attempt_id: string }[]>`
        update tasks set
          session_id = ${sessionId},
          replica_id = ${context.replicaId},
          lease_until = now() + ${context.policy.leaseTtlMs}::double precision * interval '1 ms'
        where worker_id = ${workerId} and attempt_id = any(${uuids(sql, keys)})
        returning attempt_id`;
      const unnamed = await endAttempts(sql, context.policy, {
        selection: {
          where: sql`worker_id = ${workerId} and not attempt_id = any(${uuids(sql, keys)})`,
          lock: "wait",
        },
        ending: {
          outcome: "expired",
          reason: sql`'its node came back without it'`,
          reasonCode: sql`'vanished'`,
        },
      });
      return { adopted: rows.map((row) => attemptIdOf(row.attempt_id)), ended: unnamed };
    });
    announceChanges(context, ended);
    const alive = new Set(adopted);
    return { adopted, lost: attempts.filter((attempt) => !alive.has(attempt)) };
  };
