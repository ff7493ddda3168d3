/** Queue.registerWorker: enrols a worker or begins a new session of one. */
import type { QueueContext } from "./context.ts";
import type { NewSession, Queue } from "./queue.ts";

type Row = { enrolled: boolean };

/**
 * One statement decides. The row changes only if
 * - its token is the one that came, or
 * - it has no token (a seed worker's) and has been silent for a while, or the same session says it again.
 */
export const registerWorker =
  ({ database, policy, replicaId }: QueueContext): Queue["registerWorker"] =>
  async (session) => {
    const { sql } = database;
    const token = session.tokenHash ?? null;
    const rows = await sql<Row[]>`
      insert into workers as known
        (id, token_hash, session_id, replica_id, capabilities, max_concurrent_tasks, build_version)
      values (${session.workerId}, ${freshToken(session)}, ${session.sessionId}, ${replicaId},
        ${sql.json(session.capabilities)}, ${session.maxConcurrentTasks}, ${session.buildVersion})
      on conflict (id) do update set
        token_hash = coalesce(known.token_hash, excluded.token_hash),
        session_id = excluded.session_id,
        replica_id = excluded.replica_id,
        capabilities = excluded.capabilities,
        max_concurrent_tasks = excluded.max_concurrent_tasks,
        build_version = excluded.build_version,
        last_seen = now()
      where known.token_hash = ${token}
        or (known.token_hash is null and (known.session_id = excluded.session_id
          or known.last_seen < now() - ${policy.seedIdleMs}::double precision * interval '1 ms'))
      -- A row that was updated carries its updater in xmax; one that was inserted does not. A seed worker's row that got
      -- its first token just now is an enrolment as well.
      returning (xmax = 0 or (token_hash is not null and token_hash = ${freshToken(session)})) as enrolled`;
    const row = rows[0];
    if (row === undefined) return { outcome: "refused" };
    return { outcome: row.enrolled ? "enrolled" : "renewed" };
  };

/** Null = a seed worker, which cannot keep a token. */
const freshToken = ({ freshTokenHash }: NewSession): Uint8Array | null =>
  freshTokenHash.length === 0 ? null : freshTokenHash;
