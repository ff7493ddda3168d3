/** Queue.extend: one statement for the heartbeats of many workers. */
import type { Json } from "../db/pool.ts";
import type { QueueContext } from "./context.ts";
import { attemptIdOf, attemptKeyOf } from "./ids.ts";
import type { Beat, Queue } from "./queue.ts";

/** Touches no indexed column, so that it costs no index entry. Fenced by attempt and worker. */
export const extend =
  ({ database, policy }: QueueContext): Queue["extend"] =>
  async (beats) => {
    if (beats.length === 0) return [];
    const sql = database.quickSql;
    const rows = await sql<{ attempt_id: string }[]>`
      with beat as materialized (
        select distinct on (attempt_id) *
        from jsonb_to_recordset(${sql.json(beats.flatMap(beatRow))}) as beat (
          attempt_id uuid, worker_id text, stage text, progress real)
        order by attempt_id, progress desc
      ), held as materialized (
        select id, attempt_id, worker_id from tasks
        where attempt_id = any(array(select attempt_id from beat))
        order by id for update
      )
      update tasks set
        lease_until = now() + ${policy.leaseTtlMs}::double precision * interval '1 ms',
        stage = beat.stage,
        progress = beat.progress
      from held join beat using (attempt_id, worker_id)
      where tasks.id = held.id and tasks.id = any(array(select id from held))
      returning tasks.attempt_id`;
    const alive = new Set(rows.map((row) => attemptIdOf(row.attempt_id)));
    return beats.map((beat) => beat.attemptId).filter((attempt) => !alive.has(attempt));
  };

const beatRow = (beat: Beat): Json[] => {
  const key = attemptKeyOf(beat.attemptId);
  if (key === undefined) return [];
  const { stage, progress } = beat;
  return [{ attempt_id: key, worker_id: beat.worker.workerId, stage, progress }];
};
