import type { KernelReport } from "../domain/engine.ts";
import type { CachedCircuit, Life, Link, Phase, ProverState, ReceiptRow } from "../domain/event.ts";

/** The whole of what a node shows. Made only by `reduce`; sent as it is to the page and to the tabs that follow. */
export type NodeState = {
  readonly workerId: string;
  readonly phase: Phase;
  readonly link: Link;
  readonly provers: readonly ProverState[];
  /** Tasks in the inbox. */
  readonly queued: number;
  /** Reports that the coordinator has not answered yet. */
  readonly outbox: number;
  /** Counted since the node worker was made. */
  readonly accepted: number;
  readonly failed: number;
  /** Unix ms of the last accepted ones, oldest first, at most an hour and 4096 of them: the rate is made from these. */
  readonly acceptedAtMs: readonly number[];
  /** Newest first, at most 50. */
  readonly receipts: readonly ReceiptRow[];
  readonly download: {
    readonly circuitId: string;
    readonly doneBytes: number;
    readonly totalBytes: number;
  } | null;
  readonly cached: readonly CachedCircuit[];
  /** How each kernel that was tried fared on this device, of each curve that was needed. */
  readonly kernels: readonly KernelReport[];
  /** Measured bytes per prover; 0 = not measured. */
  readonly memory: readonly number[];
  /** The last thing that went wrong and still matters. */
  readonly trouble: {
    readonly code: string;
    readonly message: string;
    readonly atMs: number;
  } | null;
};

export const initialState: NodeState = {
  workerId: "",
  phase: { name: "idle" },
  link: { name: "offline", reason: "not started" },
  provers: [],
  queued: 0,
  outbox: 0,
  accepted: 0,
  failed: 0,
  acceptedAtMs: [],
  receipts: [],
  download: null,
  cached: [],
  kernels: [],
  memory: [],
  trouble: null,
};

/** Where the node of this browser is, whichever tab leads it. */
export const lifeOf = (phase: Phase): Life => (phase.name === "following" ? phase.leader : phase);
