/** Queue.release and Queue.releaseReplica: attempts that are given back count for nothing and are queued at once. */
import { announceChanges } from "./announce.ts";
import type { QueueContext } from "./context.ts";
import { endAttempts } from "./end-attempts.ts";
import type { Ending } from "./end-attempts.ts";
import { attemptKeyOf } from "./ids.ts";
import type { Queue } from "./queue.ts";
import { uuids } from "./uuids.ts";

/** Fenced by session: a goodbye that arrives after its worker has registered again takes nothing away. */
export const release =
  (context: QueueContext): Queue["release"] =>
  async ({ workerId, sessionId }, attempts, reason) => {
    const keys = attempts.map(attemptKeyOf).filter((key) => key !== undefined);
    if (keys.length === 0) return [];
    const { sql } = context.database;
    const ended = await endAttempts(sql, context.policy, {
      selection: {
        where: sql`attempt_id = any(${uuids(sql, keys)})
          and worker_id = ${workerId} and session_id = ${sessionId}`,
        lock: "wait",
      },
      ending: { outcome: "released", reason: sql`${reason}::text`, reasonCode: sql`'released'` },
    });
    announceChanges(context, ended);
    return ended;
  };

/** For SIGTERM: what no prover has begun goes to others at once; the rest keeps until its worker reconnects elsewhere. */
export const releaseReplica =
  (context: QueueContext): Queue["releaseReplica"] =>
  async () => {
    const { sql } = context.database;
    const ending: Ending = {
      outcome: "released",
      reason: sql`'the coordinator that gave it out stopped before it was begun'`,
      reasonCode: sql`'released'`,
    };
    const ended = await endAttempts(sql, context.policy, {
      selection: {
        where: sql`replica_id = ${context.replicaId} and started_at is null`,
        lock: "skip",
      },
      ending,
    });
    announceChanges(context, ended);
    return ended.map((attempt) => attempt.taskId);
  };
