/** Answers a report that changed nothing: it came before, or its task or attempt is no longer what it was. */
import type { Executor } from "../db/pool.ts";
import { taskKeyOf } from "./ids.ts";
import type { ReportOutcome, TaskStateName } from "./queue.ts";
import { stateName } from "./states.ts";
import { earlierVerdict, keepVerdict } from "./verdicts.ts";
import type { ReportKey } from "./verdicts.ts";

/** The answer is kept. `answers` says how a report of its kind about a task of this state is answered. */
export const settle = async (
  sql: Executor,
  report: ReportKey,
  answers: Answers,
): Promise<ReportOutcome> => {
  const earlier = await earlierVerdict(sql, report);
  if (earlier !== undefined) return earlier;
  const state = await stateOf(sql, report);
  const outcome = state === undefined ? unknownTask : answers[state];
  return keepVerdict(sql, report, outcome);
};

const unknownTask: ReportOutcome = { verdict: "unknown", message: "there is no such task" };

const stale: ReportOutcome = {
  verdict: "stale",
  message: "this attempt had ended: its lease ran out, or it was given back",
};

type Answers = Readonly<Record<TaskStateName, ReportOutcome>>;

/** Of a valid proof that its task did not need any more. */
export const proofAnswers: Answers = {
  accepted: { verdict: "duplicate", message: "the task already has a proof" },
  cancelled: { verdict: "cancelled", message: "the task was cancelled" },
  expired: { verdict: "cancelled", message: "the task's deadline had passed" },
  failed: { verdict: "failed", message: "the task was found to have no proof" },
  queued: stale,
  leased: stale,
  delayed: stale,
  dead: stale,
};

/** Of a failure report whose attempt had ended. */
export const failureAnswers: Answers = { ...proofAnswers, accepted: stale };

const stateOf = async (
  sql: Executor,
  { attempt }: ReportKey,
): Promise<TaskStateName | undefined> => {
  const task = taskKeyOf(attempt.taskId) ?? null;
  const rows = await sql<{ state: number }[]>`
    select state from finished_tasks where task_id = ${task}
    union all
    select state from tasks where id = ${task}`;
  const row = rows[0];
  return row === undefined ? undefined : stateName(row.state);
};
