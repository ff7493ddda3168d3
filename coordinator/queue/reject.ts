/** Queue.reject: a proof that did not verify. */
import { announceChanges } from "./announce.ts";
import type { QueueContext } from "./context.ts";
import { endAttempts } from "./end-attempts.ts";
import { taskKeyOf } from "./ids.ts";
import type { Queue, ReportOutcome } from "./queue.ts";
import { earlierVerdict, keepVerdict, uuidOf } from "./verdicts.ts";

/** The task goes on without this attempt if it is the current one; the worker has it on its account either way. */
export const reject =
  (context: QueueContext): Queue["reject"] =>
  async (attempt, digest, why) => {
    const task = taskKeyOf(attempt.taskId) ?? null;
    const report = { attempt, digest };
    const outcome = await context.database.sql.begin(async (sql): Promise<ReportOutcome> => {
      // First the task, as everywhere: the same report, twice at once, is then one after the other.
      await sql`select id from tasks where id = ${task} for update`;
      const earlier = await earlierVerdict(sql, report);
      if (earlier !== undefined) return earlier;
      const [change] = await endAttempts(sql, context.policy, {
        selection: {
          where: sql`id = ${task} and attempt_id = ${uuidOf(attempt)}::uuid`,
          lock: "wait",
        },
        ending: {
          outcome: "rejected",
          reason: sql`${`the proof was wrong: ${why}`}::text`,
          reasonCode: sql`'rejected'`,
        },
      });
      await sql`
        update workers set rejected = rejected + 1, consecutive_valid = 0 where id = ${attempt.workerId}`;
      const rejected: ReportOutcome = { verdict: "rejected", message: why };
      const kept = await keepVerdict(sql, report, rejected);
      return change === undefined ? kept : { ...kept, change };
    });
    if (outcome.change !== undefined) announceChanges(context, [outcome.change]);
    return outcome;
  };
