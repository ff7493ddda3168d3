/** Ends open tasks without a proof: cancelled, expired, failed, or dead for too long. Their inputs are gone with them. */
import type { AttemptId, WorkerId } from "../../src/domain/ids.ts";
import type { Executor, Fragment } from "../db/pool.ts";
import { locked } from "./end-attempts.ts";
import type { Selection } from "./end-attempts.ts";
import { attemptIdOf, jobIdOf, storedWorkerId, taskIdOf } from "./ids.ts";
import type { TaskChange } from "./queue.ts";
import { finalStates, stateName } from "./states.ts";
import type { FinalStateName } from "./states.ts";

export type Finish = {
  readonly selection: Selection;
  readonly state: FinalStateName;
  /** Expressions over the columns of `tasks`. */
  readonly reason: Fragment;
  readonly reasonCode: Fragment;
  /** What becomes of an attempt that still runs. */
  readonly outcome: "cancelled" | "failed";
};

/** `attempt` is set when the task was leased: its worker must be told. */
export type FinishedTask = TaskChange & {
  readonly attempt: { readonly attemptId: AttemptId; readonly workerId: WorkerId } | undefined;
};

type Row = {
  task_id: bigint;
  job_id: bigint;
  state: number;
  reason: string;
  attempt_id: string | null;
  worker_id: string | null;
};

export const finishTasks = async (
  sql: Executor,
  finish: Finish,
): Promise<readonly FinishedTask[]> => {
  const rows = await sql<Row[]>`
    with ending as materialized (
      select *, ${finish.reason} as why, ${finish.reasonCode} as code
      from tasks ${locked(sql, finish.selection)}
    ), removed as (
      delete from tasks where id = any(array(select id from ending)) returning id
    ), history as (
      insert into attempts
        (attempt_id, task_id, number, worker_id, outcome, reason, reason_code, stage, progress, started_at)
      select attempt_id, id, leases, worker_id, ${finish.outcome}, why, code,
        coalesce(stage, ''), coalesce(progress, 0), leased_at
      from ending join removed using (id)
      where attempt_id is not null
      on conflict (attempt_id) do nothing
    ), finished as (
      insert into finished_tasks
        (task_id, job_id, position, circuit_key, state, reason, reason_code, attempt_id, attempt_number, worker_id,
          started_at, finished_at)
      select id, job_id, position, circuit_key, ${finalStates[finish.state]}, why, code, attempt_id, leases, worker_id,
        leased_at, now()
      from ending join removed using (id)
      returning task_id, job_id, circuit_key, state, reason, attempt_id, worker_id
    ), counted as (
      insert into totals (circuit_id, shard, failed)
      select circuits.id, 0, count(*)
      from finished join circuits on circuits.key = finished.circuit_key
      where finished.state = ${finalStates.failed}
      group by circuits.id
      on conflict (circuit_id, shard) do update set failed = totals.failed + excluded.failed
    )
    select task_id, job_id, state, reason, attempt_id, worker_id from finished`;
  return rows.map((row) => ({
    taskId: taskIdOf(row.task_id),
    jobId: jobIdOf(row.job_id),
    state: stateName(row.state),
    reason: row.reason,
    attempt: attemptOf(row),
  }));
};

const attemptOf = ({ attempt_id, worker_id }: Row): FinishedTask["attempt"] =>
  attempt_id === null || worker_id === null
    ? undefined
    : { attemptId: attemptIdOf(attempt_id), workerId: storedWorkerId(worker_id) };
