/** Verdicts as they are kept, so that a report that comes again gets the same answer. */
import type { Executor } from "../db/pool.ts";
import type { Verdict } from "../../src/domain/task.ts";
import { attemptKeyOf, taskKeyOf } from "./ids.ts";
import type { AttemptRow, ReportOutcome } from "./queue.ts";

/** A report of failure has no proof to tell it from another: one per attempt. */
export const FAILURE_DIGEST = "failure";

type Row = {
  verdict: Verdict;
  message: string;
  receipt_body: Uint8Array | null;
  receipt_signature: Uint8Array | null;
  receipt_public_key: Uint8Array | null;
};

/** Names a report: the attempt and the digest of what was reported. */
export type ReportKey = { readonly attempt: AttemptRow; readonly digest: string };

/** The verdict that was given; undefined = none was. */
export const earlierVerdict = async (
  sql: Executor,
  { attempt, digest }: ReportKey,
): Promise<ReportOutcome | undefined> => {
  const uuid = uuidOf(attempt);
  const rows = await sql<Row[]>`
    select 'accepted' as verdict, 'the proof is the task''s result' as message,
      receipt_body, receipt_signature, receipt_public_key
    from finished_tasks
    where task_id = ${taskKeyOf(attempt.taskId) ?? null} and attempt_id = ${uuid}::uuid and digest = ${digest}
    union all
    select verdict, message, null, null, null
    from verdicts where attempt_id = ${uuid}::uuid and digest = ${digest}`;
  const row = rows[0];
  return row === undefined ? undefined : outcomeOf(row);
};

/** Keeps a verdict other than "accepted"; if one was kept meanwhile, that one counts and is returned. */
export const keepVerdict = async (
  sql: Executor,
  report: ReportKey,
  outcome: ReportOutcome,
): Promise<ReportOutcome> => {
  const rows = await sql`
    insert into verdicts (attempt_id, digest, verdict, message)
    values (${uuidOf(report.attempt)}::uuid, ${report.digest}, ${outcome.verdict}, ${outcome.message})
    on conflict (attempt_id, digest) do nothing
    returning verdict`;
  if (rows.length > 0) return outcome;
  return (await earlierVerdict(sql, report)) ?? outcome;
};

const outcomeOf = (row: Row): ReportOutcome => {
  const { verdict, message } = row;
  const body = row.receipt_body;
  const signature = row.receipt_signature;
  const publicKey = row.receipt_public_key;
  if (body === null || signature === null || publicKey === null) return { verdict, message };
  return { verdict, message, receipt: { body, signature, publicKey } };
};

/** An AttemptRow comes from the database, so its id has the form. */
export const uuidOf = (attempt: AttemptRow): string => attemptKeyOf(attempt.attemptId) ?? "";
