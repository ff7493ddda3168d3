/** What the coordinator asks of its verifier: types only. `open.ts` implements it with worker threads and processes. */
import type { Circuit } from "../../src/domain/circuit.ts";

export type Verifier = {
  /**
   * Strict parsing (canonical, fixed width, on curve, in subgroup, count and range of the public signals), then the
   * pairing against our own verification key and, beside it, the public signals of the task's own input, by its witness:
   * a valid proof of another input, or one that misses a pin, is none of the task's. Off the event loop, with deadlines.
   */
  readonly verify: (claim: Claim) => Promise<ProofCheck>;
  /** Checks an input against its circuit's adapter and declared signals without running the witness calculator. */
  readonly checkInput: (circuit: Circuit, input: Uint8Array) => Promise<InputCheck>;
  /** Computes the witness in a process of its own (60 s, memory cap) to see whether an input satisfies the circuit. */
  readonly reproduce: (circuit: Circuit, input: Uint8Array) => Promise<Reproduction>;
  /** Starts the threads ahead of the first proof. */
  readonly warm: () => void;
  /** Ends threads and processes. */
  readonly close: () => Promise<void>;
};

export type Claim = {
  readonly circuit: Circuit;
  /** The task's; empty once the task is final and its input gone, when neither input nor pins are looked at. */
  readonly input: Uint8Array;
  /** TaskCompletionRequest.proof_data. */
  readonly proof: Uint8Array;
  /** Decimal, as reported. */
  readonly publicSignals: readonly string[];
  /** As submitted with the job; "" leaves a signal free; empty = nothing pinned. */
  readonly pinnedPublicSignals: readonly string[];
  /** The reported merkle_root, "" when there is none. */
  readonly merkleRoot: string;
};

export type ProofCheck =
  | { readonly valid: true }
  /** `why` is one plain sentence that names what was wrong and what would be right. */
  | { readonly valid: false; readonly code: string; readonly why: string }
  /** The proof holds and is of the task's input, and the job pins public signals that this input cannot lead to. */
  | { readonly valid: "unmeetable"; readonly why: string }
  /** The verifier is full or broken: nothing is known about the proof, the node should try again. */
  | {
      readonly valid: "unknown";
      readonly why: string;
      readonly retryAfterMs: number;
      /** Two verifiers disagree: the circuit needs a person's look. */
      readonly quarantined?: true;
    };

export type InputCheck =
  | { readonly ok: true }
  /** `field` is a path within the input, e.g. "leaf_index". */
  | {
      readonly ok: false;
      readonly field: string;
      readonly problem: string;
      readonly remedy: string;
    };

export type Reproduction =
  | { readonly outcome: "satisfied" }
  | { readonly outcome: "unsatisfied"; readonly reason: string }
  | { readonly outcome: "malformed"; readonly reason: string }
  /** Ran out of time or memory, or crashed: says nothing about the input. */
  | { readonly outcome: "inconclusive"; readonly reason: string };
