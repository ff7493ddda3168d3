/** What changed between two looks at a job, as events for its watchers. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { AttemptHistory, JobRow, TaskRow, TaskStateName } from "../queue/queue.ts";
import type { TaskId } from "../../src/domain/ids.ts";
import type { TaskEventSchema } from "../../src/gen/proving/v1/job_pb.ts";
import { runningAttempt, standing } from "./job-message.ts";
import type { Services } from "./services.ts";
import { taskStates } from "./wire-words.ts";

export type TaskEvent = MessageInitShape<typeof TaskEventSchema>;

/** What a watcher has been told of a task. */
type Told = { readonly last: string; readonly endedAttempts: number };

export type EventSource = {
  /** First the present state of each task, then what changed since the call before. */
  readonly next: (job: JobRow) => readonly TaskEvent[];
};

const finals: ReadonlySet<TaskStateName> = new Set([
  "accepted",
  "failed",
  "dead",
  "cancelled",
  "expired",
]);

const isFinal = (state: TaskStateName): boolean => finals.has(state);

export const isDone = (job: JobRow): boolean => job.tasks.every((task) => isFinal(task.state));

const presentState = (live: Pick<Services, "dispatch">, task: TaskRow): TaskEvent => {
  const running = runningAttempt(task);
  const now = running === undefined ? { stage: "", progress: 0 } : standing(live, running);
  return {
    taskId: task.taskId,
    index: task.index,
    state: taskStates[task.state],
    workerId: running?.workerId ?? "",
    stage: now.stage,
    progress: now.progress,
    attemptNumber: running?.number ?? task.attempts.at(-1)?.number ?? 0,
    reason: task.reason,
  };
};

const ended = (task: TaskRow): readonly AttemptHistory[] =>
  task.attempts.filter((attempt) => attempt.outcome !== "leased");

/** An attempt that came to nothing while the task went on: also when the next one has already begun. */
const requeued = (task: TaskRow, attempt: AttemptHistory): TaskEvent => ({
  taskId: task.taskId,
  index: task.index,
  state: taskStates.queued,
  attemptNumber: attempt.number,
  reason: attempt.reason === "" ? attempt.outcome : attempt.reason,
});

export const openTaskEvents = (live: Pick<Services, "dispatch">): EventSource => {
  const told = new Map<TaskId, Told>();

  const eventsOf = (task: TaskRow): readonly TaskEvent[] => {
    const before = told.get(task.taskId);
    const over = ended(task);
    const present = presentState(live, task);
    const last = JSON.stringify(present);
    told.set(task.taskId, { last, endedAttempts: over.length });
    if (before === undefined) return [present];
    // The attempt that ended the task is told by the task's own state.
    const missed = over
      .slice(before.endedAttempts)
      .filter((attempt) => attempt !== over.at(-1) || !isFinal(task.state));
    const events = missed.map((attempt) => requeued(task, attempt));
    return last === before.last ? events : [...events, present];
  };

  return { next: (job) => job.tasks.flatMap(eventsOf) };
};
