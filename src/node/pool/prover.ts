/** What the pool needs of a prover worker and of its surroundings. */
import type { Doubt, LoadOutcome, WantedCircuit } from "../../artifacts/protocol.ts";
import type { Clock, Random } from "../../domain/clock.ts";
import type { NodeNews } from "../../domain/event.ts";
import type { FailureCause, NodeFailure } from "../../domain/failure.ts";
import type { Log } from "../../domain/log.ts";
import type { StartAnswer } from "../../domain/session.ts";
import type { Assignment, AttemptRef, Stage } from "../../domain/task.ts";
import type {
  FromProver,
  HelpRequest,
  ProveOutcome,
  ProveRequest,
  ProverReady,
} from "../../prover/protocol.ts";

/** One prover worker. Every promise of it settles, also when the worker dies or is ended. */
export type Prover = {
  /** What it is, once it can prove. */
  readonly ready: Promise<ProverReady>;
  /** Rejects with a NodeFailure when the worker dies or is ended. */
  readonly prove: (request: ProveRequest) => Promise<ProveOutcome>;
  /** Resolves when the prover is back; rejects as `prove` does, and when it cannot help. */
  readonly help: (request: HelpRequest) => Promise<void>;
  /** Resolves when the worker dies or is ended. */
  readonly lost: Promise<NodeFailure>;
  readonly listen: (listener: (message: FromProver) => void) => void;
  readonly terminate: () => void;
};

export type PoolNeeds = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly spawn: (lane: number) => Prover;
  /** `heard` is called while something comes of a download. */
  readonly load: (wanted: WantedCircuit, heard: () => void) => Promise<LoadOutcome>;
  /** Something that was made with a circuit's files was wrong. */
  readonly doubt: (doubt: Doubt) => void;
  /** Tells the coordinator that a prover has begun. Nobody waits for the answer; a "no" ends the attempt. */
  readonly begin: (attempt: AttemptRef, signal: AbortSignal) => Promise<StartAnswer>;
  /** Hands an attempt back unproven: its circuit is not signed by a key that this node trusts. */
  readonly handBack: (assignment: Assignment, why: string) => void;
  /** Hands an attempt back unproven: this device cannot take its circuit. */
  readonly decline: (assignment: Assignment, why: NotLoaded) => void;
  readonly allowUnsigned: () => boolean;
  /** Proofs over a domain of so many elements or more are made by several provers, when some have no task. */
  readonly togetherFrom: number;
  /** What all proofs together may take; 0 = unknown, then any number of them runs at once. */
  readonly memoryBudgetBytes: number;
  readonly show: (event: PoolEvent) => void;
};

/** Why files are not there. */
export type NotLoaded = Extract<LoadOutcome, { ok: false }>;

/** What the pool tells of its provers. */
export type PoolEvent = Extract<
  NodeNews,
  { type: "prover" | "proved" | "proof-failed" | "attempt-lost" | "memory" | "trouble" }
>;

/** Why an attempt failed, where; as it is reported. */
export type AttemptFailure = {
  readonly cause: FailureCause;
  readonly message: string;
  readonly stage: Stage;
};
