/** The task that a lane has, and what is told of it. */
import type { Clock } from "../../domain/clock.ts";
import type { ProverState } from "../../domain/event.ts";
import type { Assignment, Proof, Report, Stage } from "../../domain/task.ts";
import type { SharedProof } from "./loan.ts";
import type { AttemptFailure, PoolNeeds, Prover } from "./prover.ts";
import { refOf } from "./reports.ts";
import { Watchdog, type Limits } from "./watchdog.ts";

/** A download that nothing comes of is tried again for up to four minutes; after five the artifact worker is hung. */
const LOAD_SILENCE_MS = 300_000;

/** Nobody knows how long files take to come; only that something must come. */
const loadLimits: Limits = {
  who: "the download",
  hardMs: Number.POSITIVE_INFINITY,
  silenceMs: LOAD_SILENCE_MS,
};

export type Job = {
  readonly assignment: Assignment;
  readonly end: AbortController;
  readonly startedAtMs: number;
  /** On the clock that only goes forward. */
  readonly begunAtMs: number;
  /** Of the files first, then of the proof. */
  watchdog: Watchdog;
  stage: Stage;
  /** Once the task is in its hands: what ends the task must end it. */
  prover: Prover | undefined;
  /** If others may help with it. */
  proof: SharedProof | undefined;
};

export const beginJob = (assignment: Assignment, clock: Clock): Job => ({
  assignment,
  end: new AbortController(),
  startedAtMs: clock.unixMs(),
  begunAtMs: clock.now(),
  watchdog: new Watchdog(clock, loadLimits),
  stage: "key",
  prover: undefined,
  proof: undefined,
});

/** What a lane shows while it has the job. */
export const provingState = (job: Job, share: number, nowMs: number): ProverState => {
  const { attemptId, circuitId, project } = job.assignment;
  return {
    name: "proving",
    ...{ attemptId, circuitId, project },
    startedAtMs: job.startedAtMs,
    progress: { stage: job.stage, share, elapsedMs: nowMs - job.begunAtMs },
  };
};

export type Teller = Pick<PoolNeeds, "log" | "show"> & { readonly lane: number };

export const tellProved = (
  { lane, log, show }: Teller,
  { assignment }: Job,
  { proof, memoryBytes }: { readonly proof: Proof; readonly memoryBytes: number },
): void => {
  const { attemptId, circuitId, taskId } = assignment;
  const { durationMs } = proof;
  show({ type: "proved", prover: lane, attemptId, circuitId, durationMs });
  show({ type: "memory", prover: lane, bytes: memoryBytes });
  log.info("Proof generated", {
    task_id: taskId,
    circuit_type: circuitId,
    prover: lane,
    engine: proof.engine,
    duration_ms: Math.round(durationMs),
    memory_bytes: memoryBytes,
  });
};

/** What is reported of it, too. */
export const tellFailed = (
  { lane, log, show }: Teller,
  { assignment }: Job,
  { cause, message, stage }: AttemptFailure,
): Report => {
  const { attemptId, circuitId, taskId } = assignment;
  show({ type: "proof-failed", prover: lane, attemptId, circuitId, cause, message });
  // Not the message: it may quote the input.
  log.warn("Proof failed", { task_id: taskId, circuit_type: circuitId, cause, stage });
  return { kind: "failure", assignment: refOf(assignment), cause, message, stage };
};
