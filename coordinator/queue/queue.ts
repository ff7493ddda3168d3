/**
 * What the coordinator asks of its queue: types only. One verb per file implements it (lease.ts, extend.ts, accept.ts,
 * …) around one SQL statement or one transaction; `open.ts` joins them. All state is in rows: a restart needs no memory.
 *
 * Task: queued -> leased -> accepted | failed | dead | cancelled | expired; delayed between attempts.
 * A lease is (task, attempt). Failures, extensions and credit are fenced by attempt id; a valid proof is accepted
 * whoever's lease is current while the task is open (queued, leased, delayed, dead).
 */
import type { AttemptId, CircuitId, JobId, TaskId, WorkerId } from "../../src/domain/ids.ts";
import type { FailureCause } from "../../src/domain/failure.ts";
import type { ProjectCard, Stage, StageTimings, Verdict } from "../../src/domain/task.ts";

export type Queue = {
  // --- owners
  /**
   * Inserts a job and its tasks in one transaction; the same idempotency key returns the first job.
   * Errors, as CoordinatorFailure: OWNER_QUEUE_FULL, OWNER_INPUTS_FULL and QUEUE_FULL (exhausted, with the time after
   * which to try again), CIRCUIT_UNKNOWN (not-found: removed meanwhile).
   */
  readonly submit: (job: NewJob) => Promise<{ readonly jobId: JobId; readonly existed: boolean }>;
  readonly job: (owner: string, jobId: JobId) => Promise<JobRow | undefined>;
  readonly jobs: (owner: string, page: { size: number; token: string }) => Promise<JobPage>;
  readonly cancel: (owner: string, jobId: JobId) => Promise<CancelledTasks>;
  readonly reviveDead: (owner: string, jobId: JobId) => Promise<number>;
  readonly proof: (owner: string, taskId: TaskId) => Promise<ProofRow | undefined>;
  /** Cancels all open tasks of a circuit that is removed. */
  readonly cancelCircuit: (circuitId: CircuitId) => Promise<CancelledTasks>;

  // --- workers
  /** Enrols or renews; `tokenHash` is SHA-256 of the worker token. Says whether the id was new and the token right. */
  readonly registerWorker: (worker: NewSession) => Promise<Registration>;
  /**
   * Which of the attempts are this worker's; those become this session's and this replica's. Leases of the worker that it
   * does not name are lost: it restarted without them. They are queued again, and count as vanished if they were begun.
   */
  readonly adopt: (session: SessionRef, attempts: readonly AttemptId[]) => Promise<AdoptOutcome>;
  /** Sessions that were heard of just now, in batches: they are active. Sessions that are no longer current are left. */
  readonly seen: (sessions: readonly SessionRef[]) => Promise<void>;
  /** Counters for the metrics and the fleet page: workers seen within the last day. */
  readonly workers: () => Promise<readonly WorkerRow[]>;

  // --- leases
  /** One statement leases for all idle workers of this replica; at most `slots` per want, fair over owners. */
  readonly lease: (wants: readonly LeaseWant[]) => Promise<readonly Lease[]>;
  /** Extends leases whose attempts were named by heartbeats; returns the attempts that were not theirs any more. */
  readonly extend: (beats: readonly Beat[]) => Promise<readonly AttemptId[]>;
  /** A prover has begun. False = the attempt is no longer this worker's. */
  readonly start: (attempt: AttemptId, worker: WorkerId) => Promise<boolean>;
  /**
   * Gives attempts back at once without counting them as lost: goodbye, drain. Only those of this very session, so that
   * a goodbye that arrives after its worker has registered again takes nothing away. Returns what was requeued.
   */
  readonly release: (
    session: SessionRef,
    attempts: readonly AttemptId[],
    reason: string,
  ) => Promise<readonly TaskChange[]>;
  /** Requeues every lease of this replica that was never started; the rest keep until their worker reconnects. */
  readonly releaseReplica: () => Promise<readonly TaskId[]>;

  // --- reports
  /**
   * The attempt and its task, whoever holds it now; for a seed worker (no attempt id) by its current or last lease.
   * An attempt id that no row knows still finds its task: a crash of the database may have forgotten the lease. So the
   * caller checks the ticket of every report that carries an attempt id.
   */
  readonly findAttempt: (report: ReportRef) => Promise<AttemptRow | undefined>;
  /** One transaction: accept if open, verdict, credit, counters, receipt. Idempotent by (attempt, digest) for 7 days. */
  readonly accept: (proof: AcceptedProof) => Promise<ReportOutcome>;
  /** A proof that did not verify: counts against the worker and requeues the attempt if it is current. Idempotent. */
  readonly reject: (attempt: AttemptRow, digest: string, why: string) => Promise<ReportOutcome>;
  /** A failure report: requeues with its cause, or, when `reproduced`, ends the task as failed. Fenced, idempotent. */
  readonly fail: (failure: FailedAttempt) => Promise<ReportOutcome>;

  // --- timers (the coordinator calls these; any number of replicas may)
  /** Expired leases and hard limits: requeue, or dead after 3 vanished, 5 in all or 20 leases. Deadlines: expired. */
  readonly reap: () => Promise<readonly TaskChange[]>;
  /** Delayed tasks that are due become queued. Returns how many. */
  readonly promote: () => Promise<number>;
  /** Inputs of final tasks, old verdicts and attempts: purged after their time. */
  readonly purge: () => Promise<void>;

  readonly stats: () => Promise<StatsRow>;

  /**
   * Wake-ups: calls `listener` when tasks may have become ready, a job changed or attempts were cancelled, on any
   * replica; coalesced, at least 25 ms apart. A hint only: everything also works by polling. The verbs above wake by
   * themselves whenever they change something.
   */
  readonly onWake: (listener: (wake: Wake) => void) => () => void;
  /** Tells every replica; coalesced and sent outside any transaction. */
  readonly wake: (wake: Wake) => void;
  /** Sends what is still to be told and stops listening. The database stays open. */
  readonly close: () => Promise<void>;
};

export type NewJob = {
  readonly owner: string;
  readonly circuitId: CircuitId;
  /** Current zkey digest: tasks keep the version that they were submitted for. */
  readonly zkeyDigest: string;
  readonly inputs: readonly Uint8Array[];
  readonly priority: number;
  /** 0 = none. */
  readonly deadlineMs: number;
  readonly pinnedPublicSignals: readonly string[];
  /** "" = none. */
  readonly idempotencyKey: string;
  readonly project: ProjectCard;
};

export type TaskStateName =
  "queued" | "leased" | "delayed" | "accepted" | "failed" | "dead" | "cancelled" | "expired";

export type AttemptOutcome =
  | "leased"
  | "accepted"
  | "failed"
  | "expired"
  | "released"
  | "rejected"
  | "cancelled"
  | "superseded";

export type TaskRow = {
  readonly taskId: TaskId;
  readonly index: number;
  readonly state: TaskStateName;
  readonly reason: string;
  readonly reasonCode: string;
  readonly attempts: readonly AttemptHistory[];
};

export type AttemptHistory = {
  readonly attemptId: AttemptId;
  readonly number: number;
  readonly workerId: WorkerId;
  readonly outcome: AttemptOutcome;
  readonly reason: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Last heard of, by heartbeat: of the attempt that runs, or where it ended. "" = nothing was heard. */
  readonly stage: Stage | "";
  /** 0..1. */
  readonly progress: number;
  /** What the prover measured, of an accepted attempt; else 0. */
  readonly durationMs: number;
};

export type JobRow = {
  readonly jobId: JobId;
  readonly owner: string;
  readonly circuitId: CircuitId;
  readonly createdAtMs: number;
  readonly priority: number;
  readonly counts: Readonly<Record<TaskStateName, number>>;
  /** In order of submission; empty in a page of jobs. */
  readonly tasks: readonly TaskRow[];
  /** Queued tasks of anybody before this job's first queued one; 0 in a page of jobs. */
  readonly queuePosition: number;
};

export type JobPage = { readonly jobs: readonly JobRow[]; readonly nextToken: string };

/** Tasks cancelled, and the live attempts that must be told to stop. */
export type CancelledTasks = {
  readonly tasks: number;
  readonly attempts: readonly { readonly attemptId: AttemptId; readonly workerId: WorkerId }[];
};

export type ProofRow = {
  readonly taskId: TaskId;
  readonly state: TaskStateName;
  readonly reason: string;
  readonly circuitId: CircuitId;
  readonly zkeyDigest: string;
  /** Present when accepted. */
  readonly result?: {
    readonly proof: Uint8Array;
    readonly publicSignals: readonly string[];
    readonly attemptId: AttemptId;
    readonly workerId: WorkerId;
    readonly acceptedAtMs: number;
  };
};

export type NewSession = {
  readonly workerId: WorkerId;
  readonly sessionId: string;
  /** SHA-256 of the token that came with the call; undefined = none came. */
  readonly tokenHash: Uint8Array | undefined;
  /** SHA-256 of the token to give when the id is new. */
  readonly freshTokenHash: Uint8Array;
  readonly capabilities: Readonly<Record<string, string>>;
  readonly maxConcurrentTasks: number;
  readonly buildVersion: string;
};

export type Registration =
  | { readonly outcome: "enrolled" | "renewed" }
  /** The id is enrolled and the token is missing or wrong. */
  | { readonly outcome: "refused" };

export type SessionRef = { readonly workerId: WorkerId; readonly sessionId: string };

export type AdoptOutcome = {
  readonly adopted: readonly AttemptId[];
  readonly lost: readonly AttemptId[];
};

export type WorkerRow = {
  readonly workerId: WorkerId;
  readonly state: "active" | "suspect" | "gone";
  readonly completed: number;
  readonly failed: number;
  readonly activeTasks: number;
  readonly lastSeenMs: number;
};

export type LeaseWant = {
  readonly worker: SessionRef;
  readonly slots: number;
  /** "*" = any circuit on `curves` that is not denied. */
  readonly circuits: "*" | readonly CircuitId[];
  readonly curves: readonly string[];
  readonly deniedCircuits: readonly CircuitId[];
  /** 0 = unknown. */
  readonly memoryBudgetBytes: number;
  /** Power-of-two bucket of the self-test time. */
  readonly nodeClass: number;
};

export type Lease = {
  readonly taskId: TaskId;
  readonly attemptId: AttemptId;
  readonly attemptNumber: number;
  readonly worker: SessionRef;
  readonly circuitId: CircuitId;
  readonly zkeyDigest: string;
  readonly input: Uint8Array;
  readonly createdAtMs: number;
  readonly leaseTtlMs: number;
  readonly hardLimitMs: number;
  readonly project: ProjectCard;
  readonly jobId: JobId;
  /** What the owner wants the public signals to be, in their order; "" = anything. */
  readonly pinnedPublicSignals: readonly string[];
};

export type Beat = {
  readonly attemptId: AttemptId;
  readonly worker: SessionRef;
  readonly stage: Stage;
  readonly progress: number;
};

export type ReportRef = {
  readonly taskId: TaskId;
  /** "" from a seed worker. */
  readonly attemptId: AttemptId | "";
  readonly workerId: WorkerId;
};

export type AttemptRow = {
  readonly taskId: TaskId;
  readonly attemptId: AttemptId;
  readonly attemptNumber: number;
  readonly workerId: WorkerId;
  readonly jobId: JobId;
  readonly circuitId: CircuitId;
  readonly zkeyDigest: string;
  readonly pinnedPublicSignals: readonly string[];
  readonly input: Uint8Array;
  readonly taskState: TaskStateName;
  readonly project: ProjectCard;
};

export type AcceptedProof = {
  readonly attempt: AttemptRow;
  /** SHA-256, hex, of proof and public signals: the idempotency key beside the attempt. */
  readonly digest: string;
  readonly proof: Uint8Array;
  readonly publicSignals: readonly string[];
  readonly durationMs: number;
  readonly timings: StageTimings;
  readonly engine: string;
  readonly nodeClass: number;
  /** Practice tasks and development keys earn nothing. */
  readonly credited: boolean;
  /** Signs the receipt once the transaction knows its time. */
  readonly receipt: (acceptedAtMs: number) => {
    readonly body: Uint8Array;
    readonly signature: Uint8Array;
    readonly publicKey: Uint8Array;
  };
};

export type FailedAttempt = {
  readonly attempt: AttemptRow;
  readonly cause: FailureCause;
  readonly message: string;
  readonly stage: Stage;
  /** The coordinator has reproduced it: the task ends as failed. */
  readonly reproduced: boolean;
};

export type ReportOutcome = {
  readonly verdict: Verdict;
  readonly message: string;
  readonly receipt?: {
    readonly body: Uint8Array;
    readonly signature: Uint8Array;
    readonly publicKey: Uint8Array;
  };
  /** What changed, for the job's watchers. */
  readonly change?: TaskChange;
};

export type TaskChange = {
  readonly jobId: JobId;
  readonly taskId: TaskId;
  readonly state: TaskStateName;
  readonly reason: string;
};

export type StatsRow = {
  readonly queued: number;
  readonly leased: number;
  readonly oldestQueuedMs: number;
  readonly acceptedLastMinute: number;
  readonly acceptedTotal: number;
  readonly failedTotal: number;
  readonly circuits: readonly {
    readonly circuitId: CircuitId;
    readonly queued: number;
    readonly leased: number;
    readonly accepted: number;
    readonly proofMsP50: number;
    readonly proofMsP95: number;
  }[];
};

export type Wake =
  | { readonly kind: "ready" }
  | { readonly kind: "job"; readonly jobId: JobId }
  | { readonly kind: "cancel"; readonly attempts: readonly AttemptId[] }
  /** Has its verdict, which its worker was told: whoever keeps its slot may free it. */
  | { readonly kind: "settled"; readonly attempts: readonly AttemptId[] };
