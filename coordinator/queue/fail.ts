/** Queue.fail: a worker says that it could not prove a task. */
import type { TransactionSql } from "postgres";
import { announceChanges } from "./announce.ts";
import type { QueueContext } from "./context.ts";
import { endAttempts } from "./end-attempts.ts";
import { finishTasks } from "./finish-tasks.ts";
import { taskKeyOf } from "./ids.ts";
import type { FailedAttempt, Queue, ReportOutcome, TaskChange } from "./queue.ts";
import { failureAnswers, settle } from "./settle.ts";
import { earlierVerdict, FAILURE_DIGEST, keepVerdict, uuidOf } from "./verdicts.ts";

type Transaction = TransactionSql<{ bigint: bigint }>;

/** Fenced by attempt: a report about a lease that has ended changes nothing, least of all a result. */
export const fail =
  (context: QueueContext): Queue["fail"] =>
  async (failure) => {
    const outcome = await context.database.sql.begin((sql) => failIn(context, sql, failure));
    if (outcome.change !== undefined) announceChanges(context, [outcome.change]);
    return outcome;
  };

const failIn = async (
  context: QueueContext,
  sql: Transaction,
  failure: FailedAttempt,
): Promise<ReportOutcome> => {
  const task = taskKeyOf(failure.attempt.taskId) ?? null;
  const report = { attempt: failure.attempt, digest: FAILURE_DIGEST };
  await sql`select id from tasks where id = ${task} for update`;
  const earlier = await earlierVerdict(sql, report);
  if (earlier !== undefined) return earlier;
  const change = failure.reproduced
    ? await finish(sql, failure)
    : await requeue(context, sql, failure);
  if (change === undefined) return settle(sql, report, failureAnswers);
  // What the coordinator has found out by itself lies in the task or its job: no worker could have done better.
  if (!failure.reproduced) await countFailure(sql, failure);
  const outcome = await keepVerdict(sql, report, verdictOn(failure));
  return { ...outcome, change };
};

const countFailure = (sql: Transaction, { attempt }: FailedAttempt) =>
  sql`update workers set failed = failed + 1 where id = ${attempt.workerId}`;

const verdictOn = ({ reproduced, message }: FailedAttempt): ReportOutcome =>
  reproduced
    ? { verdict: "failed", message: `the task has ended without a proof: ${message}` }
    : { verdict: "requeued", message: "the task goes to another attempt" };

const where = (sql: Transaction, { attempt }: FailedAttempt) =>
  sql`id = ${taskKeyOf(attempt.taskId) ?? null} and attempt_id = ${uuidOf(attempt)}::uuid`;

const requeue = async (
  { policy }: QueueContext,
  sql: Transaction,
  failure: FailedAttempt,
): Promise<TaskChange | undefined> => {
  const [change] = await endAttempts(sql, policy, {
    selection: { where: where(sql, failure), lock: "wait" },
    ending: {
      outcome: "failed",
      reason: sql`${failure.message}::text`,
      reasonCode: sql`${failure.cause}::text`,
    },
  });
  return change;
};

const finish = async (
  sql: Transaction,
  failure: FailedAttempt,
): Promise<TaskChange | undefined> => {
  const [change] = await finishTasks(sql, {
    selection: { where: where(sql, failure), lock: "wait" },
    state: "failed",
    reason: sql`${failure.message}::text`,
    reasonCode: sql`${failure.cause}::text`,
    outcome: "failed",
  });
  return change;
};
