import type { Curve } from "./circuit.ts";
import type { KernelName } from "./engine.ts";
import type { AttemptId, CircuitId, SessionId, Sha256, TaskId, WorkerId } from "./ids.ts";
import type { Assignment, Progress, Receipt, Verdict } from "./task.ts";

/** What a node offers when it registers. */
export type Offer = {
  readonly workerId: WorkerId;
  /** Attempts that it takes at once: its provers and one prefetched. */
  readonly slots: number;
  readonly curves: readonly Curve[];
  readonly buildVersion: string;
  readonly engine: string;
  /** Those that work here on BN254, fastest first. */
  readonly kernels: readonly KernelName[];
  readonly cores: number;
  /** What the engine's self-test took, ms; 0 = unknown. */
  readonly selfTestMs: number;
  /** Bytes for proving; 0 = unknown. */
  readonly memoryBudgetBytes: number;
  readonly cachedZkeys: readonly Sha256[];
  readonly held: readonly HeldAttempt[];
  /** Shows at each registration that this is the same node; drawn by the node itself. */
  readonly token: string;
  readonly deniedCircuits: readonly CircuitId[];
};

/** An attempt that the node still has, in its inbox, a prover or the outbox. */
export type HeldAttempt = Pick<Assignment, "taskId" | "attemptId" | "ticket">;

/** The coordinator's yes to an offer. */
export type Registration = {
  readonly sessionId: SessionId;
  /** "" when the one that the node has stays good. */
  readonly token: string;
  readonly heartbeatIntervalMs: number;
  readonly leaseTtlMs: number;
  readonly streamKeepaliveMs: number;
  /** Held attempts that are no longer this node's. */
  readonly lost: readonly AttemptId[];
  readonly coordinatorVersion: string;
  /** Signs this coordinator's receipts: raw Ed25519; empty when it did not say. */
  readonly receiptKey: Uint8Array;
};

/** One message of the task stream. */
export type Downlink =
  | { readonly type: "keepalive" }
  | { readonly type: "task"; readonly assignment: Assignment }
  /** A task that cannot be read; it is given back when its attempt is known. */
  | {
      readonly type: "malformed";
      readonly attemptId: AttemptId | undefined;
      readonly message: string;
    }
  | ({ readonly type: "control" } & Control);

export type Control = {
  readonly cancel: readonly AttemptId[];
  readonly drain: boolean;
  readonly reregister: boolean;
  readonly wanted: Wanted;
};

/** What the operator of a fleet wants of this node; "as-is" = nothing was said. */
export type Wanted = "as-is" | "active" | "paused" | "draining";

/** Whether a node takes tasks, as its heartbeats say it. */
export type Intake = "active" | "draining" | "paused" | "leaving";

/** One heartbeat. */
export type Beat = {
  readonly workerId: WorkerId;
  readonly sessionId: SessionId;
  readonly token: string;
  readonly unixMs: number;
  readonly sequence: number;
  readonly intake: Intake;
  readonly reason: string;
  readonly attempts: readonly LiveAttempt[];
  readonly metrics: Metrics;
  readonly slots: number;
  /** Given back unfinished. */
  readonly returned: readonly AttemptId[];
};

export type LiveAttempt = {
  readonly taskId: TaskId;
  readonly attemptId: AttemptId;
  readonly progress: Progress;
};

/** Gauges, and what was counted since the last heartbeat. */
export type Metrics = {
  readonly activeTasks: number;
  readonly queuedTasks: number;
  readonly completed: number;
  readonly failed: number;
  readonly proofDurations: readonly { readonly circuitId: CircuitId; readonly ms: number }[];
  readonly calls: readonly CallCount[];
  readonly streamOpenMs: number;
};

/** `status` is the gRPC code in capitals, "OK" for success. */
export type CallCount = {
  readonly method: string;
  readonly status: string;
  readonly count: number;
};

export type BeatAnswer = {
  readonly lost: readonly AttemptId[];
  readonly wanted: Wanted;
  readonly serverUnixMs: number;
  readonly reregister: boolean;
};

/** Whether a prover may go on with the attempt that it has begun. */
export type StartAnswer = { readonly go: true } | { readonly go: false; readonly why: string };

/** The coordinator's final answer to a report. */
export type ReportAnswer = {
  readonly verdict: Verdict;
  readonly message: string;
  readonly receipt: AcceptedReceipt | undefined;
};

/** A receipt, and what its body says for display. */
export type AcceptedReceipt = {
  readonly receipt: Receipt;
  readonly acceptedAtMs: number;
  readonly credited: boolean;
};
