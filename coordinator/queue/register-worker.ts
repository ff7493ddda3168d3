/** Queue.registerWorker: enrols a worker or begins a new session of one. */
import type { QueueContext } from "./context.ts";
import type { Queue } from "./queue.ts";

type Row = { enrolled: boolean };

/** One statement decides. The row of an id that is known changes only if its token is the one that came. */
export const registerWorker =
  ({ database, replicaId }: QueueContext): Queue["registerWorker"] =>
  async (session) => {
    const { sql } = database;
    const token = session.tokenHash ?? null;
    const rows = await sql<Row[]>`
      insert into workers as known
        (id, token_hash, session_id, replica_id, capabilities, max_concurrent_tasks, build_version)
      values (${session.workerId}, ${session.freshTokenHash}, ${session.sessionId}, ${replicaId},
        ${sql.json(session.capabilities)}, ${session.maxConcurrentTasks}, ${session.buildVersion})
      on conflict (id) do update set
        session_id = excluded.session_id,
        replica_id = excluded.replica_id,
        capabilities = excluded.capabilities,
        max_concurrent_tasks = excluded.max_concurrent_tasks,
        build_version = excluded.build_version,
        last_seen = now()
      where known.token_hash = ${token}
      -- A row that was updated carries its updater in xmax; one that was inserted does not.
      returning xmax = 0 as enrolled`;
    const row = rows[0];
    if (row === undefined) return { outcome: "refused" };
    return { outcome: row.enrolled ? "enrolled" : "renewed" };
  };
