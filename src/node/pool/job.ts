/** The task that a lane has, and what is told of it. */
import { proofBytes, type Circuit } from "../../domain/circuit.ts";
import type { Clock } from "../../domain/clock.ts";
import { anySignal } from "../../domain/any-signal.ts";
import { NodeFailure } from "../../domain/failure.ts";
import { within } from "../../domain/pause.ts";
import type { ProverState } from "../../domain/event.ts";
import type { Assignment, Proof, Report, Stage } from "../../domain/task.ts";
import type { SharedProof } from "./loan.ts";
import type { AttemptFailure, PoolNeeds, Prover } from "./prover.ts";
import { refOf } from "./reports.ts";
import { Watchdog, type Limits } from "./watchdog.ts";

/** A download that nothing comes of is tried again for up to four minutes; after five the artifact worker is hung. */
const LOAD_SILENCE_MS = 300_000;
/** A proof does not wait for it: it only must not be waited for for ever. */
const BEGIN_TIMEOUT_MS = 10_000;

/** Nobody knows how long files take to come; only that something must come. */
const loadLimits: Limits = {
  who: "the download",
  hardMs: Number.POSITIVE_INFINITY,
  silenceMs: LOAD_SILENCE_MS,
};

/** The proofs that it waits for have limits themselves. */
export const memoryLimits: Limits = {
  who: "the wait for memory",
  hardMs: Number.POSITIVE_INFINITY,
  silenceMs: Number.POSITIVE_INFINITY,
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
  /** What the lane shows while there is no memory for it. */
  waits: ProverState | undefined;
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
  waits: undefined,
  proof: undefined,
});

/** Whatever is waited for, the attempt may be cancelled or pass its limits meanwhile. */
export const guarded = async <T>(job: Job, work: Promise<T>): Promise<T> => {
  work.catch(() => undefined);
  const done = new AbortController();
  const signal = anySignal([job.end.signal, done.signal]);
  const barked = job.watchdog.bark(signal);
  try {
    return await Promise.race([work, barked]);
  } finally {
    done.abort();
    barked.catch(() => undefined);
  }
};

/** Tells the coordinator that the proof has begun, and ends the attempt if it says no. */
export const announce = (job: Job, { begin, clock }: Pick<PoolNeeds, "begin" | "clock">): void => {
  const { signal } = job.end;
  const limit = { clock, ms: BEGIN_TIMEOUT_MS, signal, what: "StartTask" };
  void within(limit, (inner) => begin(refOf(job.assignment), inner)).then(
    (answer) => {
      if (!answer.go) job.end.abort(new NodeFailure("cancelled", answer.why));
    },
    // The heartbeats say the same; a proof that is not announced is as good.
    () => undefined,
  );
};

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

/** What a lane shows while other proofs leave no memory for its own. */
export const waitingState = (circuit: Circuit, budgetBytes: number): ProverState => ({
  name: "waiting",
  ...{ circuitId: circuit.id, neededBytes: proofBytes(circuit), budgetBytes },
});

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
