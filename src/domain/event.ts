import type { KernelReport } from "./engine.ts";
import type { FailureCause, FailureCode } from "./failure.ts";
import type { AttemptId, CircuitId, WorkerId } from "./ids.ts";
import type { AttemptRef, ProjectCard, Progress, Verdict } from "./task.ts";

/** Everything that happens in a node, told by the stage where it happens. `atMs` is Unix ms, for display and logs only. */
export type NodeEvent = { readonly atMs: number } & NodeNews;

/** What a stage tells; the node adds when. */
export type NodeNews =
  | { readonly type: "identity"; readonly workerId: WorkerId }
  | { readonly type: "phase"; readonly phase: Phase }
  | { readonly type: "link"; readonly link: Link }
  | {
      readonly type: "task-received";
      readonly attempt: AttemptRef;
      readonly attemptNumber: number;
    }
  | { readonly type: "attempt-lost"; readonly attemptId: AttemptId; readonly why: string }
  | { readonly type: "prover"; readonly prover: number; readonly state: ProverState }
  | {
      readonly type: "proved";
      readonly prover: number;
      readonly attemptId: AttemptId;
      readonly circuitId: CircuitId;
      readonly durationMs: number;
    }
  | {
      readonly type: "proof-failed";
      readonly prover: number;
      readonly attemptId: AttemptId;
      readonly circuitId: CircuitId;
      readonly cause: FailureCause;
      readonly message: string;
    }
  | {
      readonly type: "verdict";
      readonly attemptId: AttemptId;
      readonly verdict: Verdict;
      readonly message: string;
      /** Present when the attempt was accepted with a receipt. */
      readonly receipt?: ReceiptRow;
    }
  /** The kept receipts, newest first, read from storage at the start. */
  | { readonly type: "receipts"; readonly receipts: readonly ReceiptRow[] }
  | { readonly type: "outbox"; readonly waiting: number }
  | { readonly type: "queue"; readonly waiting: number }
  | {
      readonly type: "download";
      readonly circuitId: CircuitId;
      readonly doneBytes: number;
      readonly totalBytes: number;
    }
  /** Files of a circuit were loaded, fetched or not; or they could not be. */
  | { readonly type: "download-ended"; readonly circuitId: CircuitId }
  | { readonly type: "cached"; readonly circuits: readonly CachedCircuit[] }
  /** How the kernels of one curve fared on this device. */
  | { readonly type: "kernels"; readonly reports: readonly KernelReport[] }
  | { readonly type: "memory"; readonly prover: number; readonly bytes: number }
  | { readonly type: "trouble"; readonly code: FailureCode; readonly message: string }
  /** Trouble of this kind is over. */
  | { readonly type: "solved"; readonly code: FailureCode };

/** What a tab shows of the node: its life, when it leads; that it watches, and what it sees, when another tab leads. */
export type Phase =
  | Life
  /** `leader`: where the tab that leads is, as far as it has told. */
  | { readonly name: "following"; readonly leader: Life };

/** The life of a node. A union: each variant owns its fields, one function (store/reduce.ts) changes it. */
export type Life =
  /** Made, nothing begun: nobody has pressed Start. */
  | { readonly name: "idle" }
  /** In one of the eight start steps. */
  | { readonly name: "starting"; readonly step: StartStep }
  | { readonly name: "running" }
  | {
      readonly name: "stopping";
      /** Unix ms at which what is left is ended. */
      readonly deadlineAtMs: number;
      readonly step: StopStep;
    }
  | { readonly name: "stopped"; readonly clean: boolean }
  /** Cannot start; `message` names the field, the value and the rule, `action` what helps. */
  | { readonly name: "failed"; readonly code: FailureCode; readonly message: string };

/** The seed's eight steps, in its order. */
export type StartStep =
  | "options"
  | "logger"
  | "settings"
  | "node"
  | "connect"
  | "statistics"
  | "signals"
  | "shutdown-hook";

/** The seed's shutdown, in its order. */
export type StopStep = "intake" | "proofs" | "reports" | "connection" | "flush";

/** The connection to the coordinator. */
export type Link =
  | { readonly name: "offline"; readonly reason: string }
  | { readonly name: "connecting"; readonly attempt: number; readonly maxRetries: number }
  /** Waiting for the next try. */
  | {
      readonly name: "waiting";
      readonly attempt: number;
      readonly retryAtMs: number;
      readonly reason: string;
    }
  | { readonly name: "connected"; readonly sinceMs: number; readonly coordinatorVersion: string };

/** What one prover does. */
export type ProverState =
  | { readonly name: "starting" }
  | { readonly name: "idle"; readonly why: string }
  | {
      readonly name: "proving";
      readonly attemptId: AttemptId;
      readonly circuitId: CircuitId;
      readonly project: ProjectCard;
      readonly startedAtMs: number;
      readonly progress: Progress;
    }
  /** Has no task and works on another prover's. */
  | {
      readonly name: "helping";
      /** The lane whose task it is. */
      readonly leader: number;
      readonly circuitId: CircuitId;
    }
  /** Has a task, and no memory for it beside the proofs that run. */
  | {
      readonly name: "waiting";
      readonly circuitId: CircuitId;
      readonly neededBytes: number;
      /** For all proofs together. */
      readonly budgetBytes: number;
    }
  | { readonly name: "replacing"; readonly reason: string }
  | { readonly name: "ended" };

/** A receipt as the list of the last ones shows it; the whole of it is kept in the node's storage. */
export type ReceiptRow = {
  readonly attemptId: AttemptId;
  readonly circuitId: CircuitId;
  readonly project: ProjectCard;
  readonly durationMs: number;
  readonly acceptedAtMs: number;
  readonly credited: boolean;
};

/** A circuit whose files are on this device. */
export type CachedCircuit = { readonly circuitId: CircuitId; readonly bytes: number };
