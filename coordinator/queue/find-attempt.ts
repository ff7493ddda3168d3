/** Queue.findAttempt: what a report is about. */
import type { ProjectCard } from "../../src/domain/task.ts";
import type { QueueContext } from "./context.ts";
import { attemptIdOf, attemptKeyOf, jobIdOf, storedCircuitId, taskIdOf, taskKeyOf } from "./ids.ts";
import type { AttemptRow, Queue, ReportRef } from "./queue.ts";
import { stateName } from "./states.ts";

type Row = {
  id: bigint;
  job_id: bigint;
  attempt_id: string;
  number: number;
  circuit_id: string;
  zkey_digest: string;
  pinned_public_signals: string[];
  input: Uint8Array | null;
  state: number;
  project: ProjectCard;
};

export const findAttempt =
  ({ database }: QueueContext): Queue["findAttempt"] =>
  async (report) => {
    const task = taskKeyOf(report.taskId);
    const named = report.attemptId === "" ? null : attemptKeyOf(report.attemptId);
    if (task === undefined || named === undefined) return undefined;
    const { sql } = database;
    // The lease that runs or was accepted, else the row of one that ended, else (a named one only) an attempt that no row knows. A named
    // one that is another worker's is nobody's.
    const rows = await sql<Row[]>`
      with task as (
        select id, job_id, state, input, attempt_id, worker_id, leases from tasks where id = ${task}
        union all
        select task_id, job_id, state, null, attempt_id, worker_id, attempt_number
        from finished_tasks where task_id = ${task}
      ), ended as (
        select attempt_id, worker_id, number from attempts
        where task_id = ${task} and (attempt_id = ${named}::uuid
          or (${named}::uuid is null and worker_id = ${report.workerId}))
        order by number desc limit 1
      ), holder as (
        select attempt_id, worker_id, leases as number, 0 as place from task
        where attempt_id = ${named}::uuid or (${named}::uuid is null and worker_id = ${report.workerId})
        union all
        select attempt_id, worker_id, number, 1 from ended
        union all
        select ${named}::uuid, ${report.workerId}, 0, 2 where ${named}::uuid is not null
        order by place limit 1
      )
      select task.id, task.job_id, task.state, task.input, holder.attempt_id, holder.number,
        circuits.id as circuit_id, circuits.zkey_digest,
        to_jsonb(jobs.pinned_public_signals) as pinned_public_signals, jobs.project
      from task cross join holder
      join jobs on jobs.id = task.job_id
      join circuits on circuits.key = jobs.circuit_key
      where holder.worker_id = ${report.workerId}`;
    const row = rows[0];
    return row === undefined ? undefined : attemptOf(row, report);
  };

const attemptOf = (row: Row, report: ReportRef): AttemptRow => ({
  taskId: taskIdOf(row.id),
  attemptId: attemptIdOf(row.attempt_id),
  attemptNumber: row.number,
  workerId: report.workerId,
  jobId: jobIdOf(row.job_id),
  circuitId: storedCircuitId(row.circuit_id),
  zkeyDigest: row.zkey_digest,
  pinnedPublicSignals: row.pinned_public_signals,
  input: row.input ?? new Uint8Array(),
  taskState: stateName(row.state),
  project: row.project,
});
