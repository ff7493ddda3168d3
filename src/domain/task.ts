import type { Curve } from "./circuit.ts";
import type { FailureCause } from "./failure.ts";
import type { AttemptId, CircuitId, Sha256, TaskId } from "./ids.ts";

/** Who asks for a proof, and why. */
export type ProjectCard = {
  readonly name: string;
  readonly purpose: string;
  readonly url: string;
  /** A demonstration task: earns nothing. */
  readonly practice: boolean;
};

/** One task given to this node. Durations in ms; never instants. */
export type Assignment = {
  readonly taskId: TaskId;
  readonly attemptId: AttemptId;
  readonly attemptNumber: number;
  readonly ticket: Uint8Array;
  readonly circuitId: CircuitId;
  /** SHA-256 of the zkey to prove with. */
  readonly zkeyDigest: Sha256;
  readonly manifestUrl: string;
  /** The circuit's input, JSON in UTF-8. */
  readonly input: Uint8Array;
  readonly leaseTtlMs: number;
  readonly hardLimitMs: number;
  readonly project: ProjectCard;
  /** W3C trace context, "" when the coordinator sent none. */
  readonly traceparent: string;
};

/** What a prover is doing; "waiting" is the inbox and "report" the outbox. */
export type Stage = "waiting" | "key" | "witness" | "ntt" | "msm" | "check" | "report";
export const stages: readonly Stage[] = [
  "waiting",
  "key",
  "witness",
  "ntt",
  "msm",
  "check",
  "report",
];

/** Where an attempt stands: the stage, the share of the whole proof done (0..1), and how long it has been proving. */
export type Progress = {
  readonly stage: Stage;
  readonly share: number;
  readonly elapsedMs: number;
};

/** Milliseconds per stage of one proof. */
export type StageTimings = {
  readonly keyMs: number;
  readonly witnessMs: number;
  readonly nttMs: number;
  readonly msmMs: number;
  readonly checkMs: number;
};

/** A proof that its prover has verified. */
export type Proof = {
  readonly curve: Curve;
  /** Canonical fixed-width proof_data: see wire/proof.ts. */
  readonly bytes: Uint8Array;
  /** Decimal, in the circuit's order. */
  readonly publicSignals: readonly string[];
  /** For merkle_proof the root in 64 hex digits, else "". */
  readonly merkleRoot: string;
  readonly durationMs: number;
  readonly timings: StageTimings;
  readonly engine: string;
};

/** How an attempt ended on this node; what the outbox delivers. */
export type Report =
  | {
      readonly kind: "completion";
      readonly assignment: AttemptRef;
      readonly proof: Proof;
    }
  | {
      readonly kind: "failure";
      readonly assignment: AttemptRef;
      readonly cause: FailureCause;
      /** Begins with "invalid input:" or "proof generation failed:". */
      readonly message: string;
      readonly stage: Stage;
    };

/** What a report needs of its assignment; small, so that it can be kept in the outbox. */
export type AttemptRef = Pick<Assignment, "taskId" | "attemptId" | "ticket" | "circuitId"> & {
  readonly zkeyDigest: Sha256;
  readonly project: ProjectCard;
};

/** The coordinator's final answer to a report. */
export type Verdict =
  "accepted" | "duplicate" | "rejected" | "cancelled" | "unknown" | "requeued" | "failed" | "stale";

/** Statement, signed by the coordinator, that an attempt of this node was accepted. */
export type Receipt = {
  /** The serialized ReceiptBody that is signed. */
  readonly body: Uint8Array;
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
  /** Raw Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
};
