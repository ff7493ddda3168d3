/**
 * Ends leases without a proof: the one statement by which an attempt that was released, vanished, failed or was rejected
 * leaves its task, and the task is queued, delayed or dead.
 */
import type { AttemptId, WorkerId } from "../../src/domain/ids.ts";
import type { Executor, Fragment } from "../db/pool.ts";
import { attemptIdOf, jobIdOf, storedWorkerId, taskIdOf } from "./ids.ts";
import type { QueuePolicy } from "./policy.ts";
import type { TaskChange } from "./queue.ts";
import { stateName } from "./states.ts";

export type Ending = {
  /**
   * - released: given back; counts for nothing, queued at once.
   * - expired: vanished; counts as lost, queued at once. One that was never begun says nothing of its task: it ends as
   *   released.
   * - failed, rejected: counts; delayed.
   */
  readonly outcome: "released" | "expired" | "failed" | "rejected";
  /** One sentence, an expression over the columns of `tasks`. */
  readonly reason: Fragment;
  readonly reasonCode: Fragment;
};

export type EndedAttempt = TaskChange & {
  readonly attemptId: AttemptId;
  readonly workerId: WorkerId;
};

type Row = {
  id: bigint;
  job_id: bigint;
  attempt_id: string;
  worker_id: string;
  state: number;
  reason: string;
};

export type Selection = {
  /** A condition over the columns of `tasks`; only leased rows are taken. */
  readonly where: Fragment;
  /** "skip" leaves rows that somebody else works on to the next time. */
  readonly lock: "wait" | "skip";
  readonly limit?: number;
};

/** The rows of a selection, locked in the order of their ids as every statement of the queue does: no deadlocks. */
export const locked = (sql: Executor, { where, lock, limit }: Selection): Fragment => sql`
  where ${where} order by id limit ${limit ?? null}
  for update ${lock === "skip" ? sql`skip locked` : sql``}`;

type End = { readonly selection: Selection; readonly ending: Ending };

export const endAttempts = async (
  sql: Executor,
  policy: QueuePolicy,
  end: End,
): Promise<readonly EndedAttempt[]> => {
  const rows = await sql<Row[]>`
    with ${judged(sql, policy, end)},
    history as (
      insert into attempts
        (attempt_id, task_id, number, worker_id, outcome, reason, reason_code, stage, progress, started_at)
      select attempt_id, id, leases, worker_id, outcome, why, code,
        coalesce(stage, ''), coalesce(progress, 0), leased_at
      from judged
      on conflict (attempt_id) do nothing
    )
    update tasks set
      state = judged.next,
      lost = judged.lost_now,
      failures = judged.failures_now,
      reason = case when judged.next = 3
        then format('given up after %s, the last one: %s', judged.spent, judged.why)
        else judged.why end,
      reason_code = judged.code,
      run_at = case when judged.next <> 0 then judged.due end,
      avoided_worker = judged.avoided,
      avoided_until = judged.due + ${policy.avoidedMs}::double precision * interval '1 ms',
      ${noLease(sql)}
    from judged
    where tasks.id = any(array(select id from judged)) and tasks.id = judged.id
    returning tasks.id, tasks.job_id, judged.attempt_id, judged.worker_id, tasks.state, tasks.reason`;
  return rows.map(endedOf);
};

/**
 * `judged`: the attempts that end, and what becomes of their tasks (next: 0 queued, 2 delayed, 3 dead). Who gave a task
 * back in good order may have it again; who lost or failed it is avoided for a while.
 */
const judged = (sql: Executor, policy: QueuePolicy, { selection, ending }: End): Fragment => sql`
  ending as materialized (
    select *, ${ending.reason} as why, ${ending.reasonCode} as code,
      case when ${ending.outcome}::text = 'expired' and started_at is null
        then 'released' else ${ending.outcome}::text end as outcome,
      case when ${ending.outcome}::text <> 'released' then worker_id end as avoided
    from tasks ${locked(sql, { ...selection, where: sql`attempt_id is not null and ${selection.where}` })}
  ), counted as (
    select *,
      lost + (outcome = 'expired')::integer as lost_now,
      failures + (outcome <> 'released')::integer as failures_now,
      leases - leases_forgiven as leases_now
    from ending
  ), judged as materialized (
    select *,
      case
        when lost_now >= ${policy.maxLost} or failures_now >= ${policy.maxFailures}
          or leases_now >= ${policy.maxLeases} then 3
        when outcome in ('failed', 'rejected') then 2
        else 0 end as next,
      case when leases_now >= ${policy.maxLeases}
        then leases_now || ' leases' else failures_now || ' attempts' end as spent,
      now() + case when outcome in ('failed', 'rejected') then ${delay(sql, policy)} else interval '0' end as due
    from counted
  )`;

const noLease = (sql: Executor): Fragment => sql`
  attempt_id = null, worker_id = null, session_id = null, replica_id = null, leased_at = null,
  started_at = null, lease_until = null, hard_until = null, hard_limit_ms = null,
  stage = null, progress = null`;

const endedOf = (row: Row): EndedAttempt => ({
  taskId: taskIdOf(row.id),
  jobId: jobIdOf(row.job_id),
  attemptId: attemptIdOf(row.attempt_id),
  workerId: storedWorkerId(row.worker_id),
  state: stateName(row.state),
  reason: row.reason,
});

/** Full doubling with up to a quarter of jitter, so that tasks that failed together do not come back together. */
const delay = (sql: Executor, policy: QueuePolicy): Fragment => sql`
  least(${policy.backoffBaseMs} * power(2, failures_now - 1), ${policy.backoffCapMs})
    * (1 + random() / 4) * interval '1 ms'`;
