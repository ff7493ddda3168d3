/** Wakes whoever waits for what a verb has just committed. */
import type { AttemptId, JobId } from "../../src/domain/ids.ts";
import type { QueueContext } from "./context.ts";
import type { FinishedTask } from "./finish-tasks.ts";
import type { CancelledTasks, TaskChange } from "./queue.ts";

/** Watchers of the jobs; and lessors, when a task is queued again. */
export const announceChanges = (
  { wake }: Pick<QueueContext, "wake">,
  changes: readonly TaskChange[],
): void => {
  const jobs = new Set<JobId>(changes.map((change) => change.jobId));
  for (const jobId of jobs) wake({ kind: "job", jobId });
  if (changes.some((change) => change.state === "queued")) wake({ kind: "ready" });
};

/** The workers of these attempts must stop. */
export const announceCancelled = (
  { wake }: Pick<QueueContext, "wake">,
  attempts: readonly AttemptId[],
): void => {
  if (attempts.length > 0) wake({ kind: "cancel", attempts });
};

/** Tells of finished tasks and returns them as the owner's verbs do. */
export const announceFinished = (
  context: Pick<QueueContext, "wake">,
  finished: readonly FinishedTask[],
): CancelledTasks => {
  const attempts = finished.flatMap(({ attempt }) => (attempt === undefined ? [] : [attempt]));
  announceChanges(context, finished);
  announceCancelled(
    context,
    attempts.map(({ attemptId }) => attemptId),
  );
  return { tasks: finished.length, attempts };
};
