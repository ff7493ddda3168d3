/** Queue.seen: workers that were heard of, in one statement for many. */
import type { QueueContext } from "./context.ts";
import type { Queue } from "./queue.ts";

/** Fenced by session: an old one's last beacon does not make its worker look alive. */
export const seen =
  ({ database }: QueueContext): Queue["seen"] =>
  async (sessions) => {
    if (sessions.length === 0) return;
    const sql = database.quickSql;
    const rows = sessions.map(({ workerId, sessionId }) => ({
      id: workerId,
      session_id: sessionId,
    }));
    // Skipped when locked: whoever holds the row is about to say the same, or the next heartbeat will.
    await sql`
      with heard as materialized (
        select distinct id, session_id
        from jsonb_to_recordset(${sql.json(rows)}) as heard (id text, session_id text)
      ), held as materialized (
        select id, session_id from workers
        where id = any(array(select id from heard))
        order by id for update skip locked
      )
      update workers set last_seen = now()
      from held join heard using (id, session_id)
      where workers.id = held.id and workers.id = any(array(select id from held))`;
  };
