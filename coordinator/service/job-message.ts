/** A job as the queue has it, as proving.v1.Job, with what this replica knows of running attempts. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { AttemptHistory, JobRow, TaskRow } from "../queue/queue.ts";
import type { JobSchema } from "../../src/gen/proving/v1/job_pb.ts";
import type { Services } from "./services.ts";
import { taskStates } from "./wire-words.ts";

type JobMessage = MessageInitShape<typeof JobSchema>;
type Live = Pick<Services, "dispatch">;

/** Where an attempt stands: what the last heartbeat said, else what the database last heard. */
export const standing = (
  { dispatch }: Live,
  attempt: AttemptHistory,
): { readonly stage: string; readonly progress: number } =>
  dispatch.sessions.held(attempt.workerId, attempt.attemptId) ?? attempt;

/** The attempt that runs now. */
export const runningAttempt = (task: TaskRow): AttemptHistory | undefined =>
  task.state === "leased" ? task.attempts.find((one) => one.outcome === "leased") : undefined;

const taskMessage = (live: Live, task: TaskRow): NonNullable<JobMessage["tasks"]>[number] => ({
  taskId: task.taskId,
  index: task.index,
  state: taskStates[task.state],
  reason: task.reason,
  reasonCode: task.reasonCode,
  attempts: task.attempts.map((attempt) => ({
    attemptId: attempt.attemptId,
    number: attempt.number,
    workerId: attempt.workerId,
    outcome: attempt.outcome,
    reason: attempt.reason,
    startedAtMs: BigInt(attempt.startedAtMs),
    endedAtMs: BigInt(attempt.endedAtMs),
    durationMs: attempt.durationMs,
    stage: standing(live, attempt).stage,
    progress: standing(live, attempt).progress,
  })),
});

/** Milliseconds until a job is done, as a range; both 0 = unknown. */
export type Estimate = { readonly lowMs: number; readonly highMs: number };

export type EstimateFacts = {
  /** Tasks of anybody before this job's first queued one. */
  readonly ahead: number;
  /** Tasks of the job that are not final. */
  readonly open: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly provers: number;
};

/**
 * Rounds of proofs that all provers do at once: at best nothing stands before the job and each takes the median, at
 * worst everything before it goes first and each takes the p95.
 */
export const estimate = (facts: EstimateFacts): Estimate => {
  const { ahead, open, p50Ms, p95Ms, provers } = facts;
  if (open === 0 || provers === 0 || p50Ms === 0) return { lowMs: 0, highMs: 0 };
  return {
    lowMs: Math.ceil(open / provers) * p50Ms,
    highMs: Math.ceil((ahead + open) / provers) * Math.max(p50Ms, p95Ms),
  };
};

export const jobMessage = async (services: Services, job: JobRow): Promise<JobMessage> => {
  const { queued, leased, delayed } = job.counts;
  const stats = await services.stats.latest();
  const circuit = stats.circuits.find((one) => one.circuitId === job.circuitId);
  const { lowMs, highMs } = estimate({
    ahead: job.queuePosition,
    open: queued + leased + delayed,
    p50Ms: circuit?.proofMsP50 ?? 0,
    p95Ms: circuit?.proofMsP95 ?? 0,
    provers: services.dispatch.sessions.counts().provers,
  });
  return {
    jobId: job.jobId,
    circuitId: job.circuitId,
    createdAtMs: BigInt(job.createdAtMs),
    priority: job.priority,
    counts: job.counts,
    tasks: job.tasks.map((task) => taskMessage(services, task)),
    queuePosition: BigInt(job.queuePosition),
    estimateLowMs: BigInt(lowMs),
    estimateHighMs: BigInt(highMs),
  };
};
