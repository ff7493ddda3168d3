/** Queue.job: one job with its tasks and their attempts. */
import type { Stage } from "../../src/domain/task.ts";
import type { Executor } from "../db/pool.ts";
import type { QueueContext } from "./context.ts";
import {
  attemptIdOf,
  jobIdOf,
  jobKeyOf,
  storedCircuitId,
  storedWorkerId,
  taskIdOf,
} from "./ids.ts";
import type { AttemptHistory, AttemptOutcome, JobRow, Queue, TaskRow } from "./queue.ts";
import { countsByState, stateName } from "./states.ts";

export const job =
  ({ database }: QueueContext): Queue["job"] =>
  async (owner, jobId) => {
    const key = jobKeyOf(jobId);
    if (key === undefined) return undefined;
    // One snapshot, so that a task that finishes meanwhile is seen once: open or finished.
    return database.sql.begin("isolation level repeatable read read only", async (sql) => {
      const heads = await headOf(sql, owner, key);
      const head = heads[0];
      if (head === undefined) return undefined;
      const tasks = await tasksOf(sql, key);
      const attempts = await attemptsOf(sql, key);
      return jobOf(head, tasks, attempts);
    });
  };

type HeadRow = {
  id: bigint;
  owner_id: string;
  circuit_id: string;
  created_at: Date;
  priority: number;
  queue_position: bigint;
};

const headOf = (sql: Executor, owner: string, key: string) => sql<HeadRow[]>`
  select jobs.id, jobs.owner_id, circuits.id as circuit_id, jobs.created_at, jobs.priority,
    coalesce((
      select count(*) from tasks ahead, (
        select vtime, id from tasks
        where owner_id = jobs.owner_id and job_id = jobs.id and state = 0
        order by vtime, id limit 1
      ) first
      where ahead.state = 0 and (ahead.vtime, ahead.id) < (first.vtime, first.id)
    ), 0) as queue_position
  from jobs join circuits on circuits.key = jobs.circuit_key
  where jobs.id = ${key} and jobs.owner_id = ${owner}`;

type TaskRowData = {
  id: bigint;
  position: number;
  state: number;
  reason: string;
  reason_code: string;
};

const tasksOf = (sql: Executor, key: string) => sql<TaskRowData[]>`
  select id, position, state, reason, reason_code from tasks
  where job_id = ${key} and owner_id = (select owner_id from jobs where id = ${key})
  union all
  select task_id, position, state, reason, reason_code from finished_tasks where job_id = ${key}
  order by position`;

type AttemptData = {
  task_id: bigint;
  attempt_id: string;
  number: number;
  worker_id: string;
  outcome: AttemptOutcome;
  reason: string;
  stage: Stage | "";
  progress: number;
  started_at: Date;
  ended_at: Date | null;
  duration_ms: number;
};

/** Those that have ended, the one that runs, and the accepted one, which may have ended once before. */
const attemptsOf = (sql: Executor, key: string) => sql<AttemptData[]>`
  with open as materialized (
    select * from tasks
    where job_id = ${key} and owner_id = (select owner_id from jobs where id = ${key})
  ), accepted as materialized (
    select * from finished_tasks where job_id = ${key} and state = 4
  )
  select task_id, attempt_id, number, worker_id, outcome, reason, stage, progress, started_at, ended_at, 0 as duration_ms
  from attempts
  where task_id = any(array(
      select id from open union all select task_id from finished_tasks where job_id = ${key}))
    and not attempt_id = any(array(select attempt_id from accepted))
  union all
  select id, attempt_id, leases, worker_id, 'leased', '', coalesce(stage, ''), coalesce(progress, 0), leased_at, null, 0
  from open where attempt_id is not null
  union all
  select task_id, attempt_id, attempt_number, worker_id, 'accepted', '', 'report', 1, started_at, finished_at, duration_ms
  from accepted
  order by number`;

const jobOf = (
  head: HeadRow,
  tasks: readonly TaskRowData[],
  attempts: readonly AttemptData[],
): JobRow => {
  const byTask = new Map<bigint, AttemptData[]>(tasks.map(({ id }) => [id, []]));
  for (const attempt of attempts) byTask.get(attempt.task_id)?.push(attempt);
  return {
    jobId: jobIdOf(head.id),
    owner: head.owner_id,
    circuitId: storedCircuitId(head.circuit_id),
    createdAtMs: head.created_at.getTime(),
    priority: head.priority,
    counts: countsByState(tasks.map(({ state }) => ({ state, count: 1 }))),
    tasks: tasks.map((task) => taskOf(task, byTask.get(task.id) ?? [])),
    queuePosition: Number(head.queue_position),
  };
};

const taskOf = (task: TaskRowData, attempts: readonly AttemptData[]): TaskRow => ({
  taskId: taskIdOf(task.id),
  index: task.position,
  state: stateName(task.state),
  reason: task.reason,
  reasonCode: task.reason_code,
  attempts: attempts.map(historyOf),
});

const historyOf = (attempt: AttemptData): AttemptHistory => ({
  attemptId: attemptIdOf(attempt.attempt_id),
  number: attempt.number,
  workerId: storedWorkerId(attempt.worker_id),
  outcome: attempt.outcome,
  reason: attempt.reason,
  startedAtMs: attempt.started_at.getTime(),
  endedAtMs: attempt.ended_at?.getTime() ?? 0,
  stage: attempt.stage,
  progress: attempt.progress,
  durationMs: attempt.duration_ms,
});
