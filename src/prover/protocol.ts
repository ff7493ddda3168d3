/** The boundary between the node worker and a prover worker: types only. */
import type { CircuitFiles, CompiledKernel } from "../artifacts/protocol.ts";
import type { KernelName } from "../domain/engine.ts";
import type { FailureCause } from "../domain/failure.ts";
import type { Proof, Receipt, Stage } from "../domain/task.ts";
import type { MessagePortLike } from "../node/protocol.ts";

export type ProverApi = {
  /**
   * Called once, first. Progress comes over `port`. Resolves when it is ready to prove.
   */
  readonly attach: (port: MessagePortLike, options: ProverOptions) => Promise<ProverReady>;
  /**
   * Proves one task and verifies the proof. One at a time. Never rejects for a bad input or a bad key: that is a value.
   * There is no cancel: end the worker.
   */
  readonly prove: (request: ProveRequest) => Promise<ProveOutcome>;
  /**
   * Helps another prover with the proof that it makes. Resolves when that is made or not wanted any more, or when the team
   * calls this lane back: at once, or after the present unit of work. Rejects when this prover cannot help.
   */
  readonly help: (request: HelpRequest) => Promise<void>;
  /** Verifies a proof that was kept with its receipt. */
  readonly verify: (request: VerifyRequest) => Promise<VerifyOutcome>;
};

export type ProverOptions = {
  /** Of BN254, the fastest first: what it says of itself. Those of a circuit come with its files. */
  readonly kernels: readonly CompiledKernel[];
  /** Which of the node's provers it is: says which slot of a shared key is its own. Undefined: none is. */
  readonly lane: number | undefined;
};

export type ProverReady = {
  /** The engine's name, with its version. */
  readonly engine: string;
  /** What the engine's fixed piece of work took, whole ms and at least 1: how fast this device is just now. */
  readonly selfTestMs: number;
};

export type ProveRequest = {
  readonly attemptId: string;
  readonly files: CircuitFiles;
  /** The task's input, JSON in UTF-8. */
  readonly input: Uint8Array;
  /** The record of a team (domain/team.ts), whose helpers may take part; none when the proof is this prover's alone. */
  readonly team?: SharedArrayBuffer | undefined;
};

export type HelpRequest = {
  readonly team: SharedArrayBuffer;
  /** What the team knows this prover by. */
  readonly lane: number;
  /** Of the circuit that the team proves; its key is in shared memory. */
  readonly files: CircuitFiles;
};

export type ProveOutcome =
  | {
      readonly ok: true;
      readonly proof: Proof;
      readonly memoryBytes: number;
      /** Engines that failed at it before another one made it. */
      readonly distrusted: readonly DistrustedEngine[];
    }
  | {
      readonly ok: false;
      readonly cause: FailureCause;
      /** Begins with "invalid input:" or "proof generation failed:". */
      readonly message: string;
      readonly stage: Stage;
    };

export type DistrustedEngine = {
  readonly engine: string;
  readonly kernel: KernelName | undefined;
  readonly why: string;
};

/** Prover to node worker, over the port of `attach`. `share` is of the whole proof, 0..1, and never falls. */
export type FromProver = {
  readonly type: "progress";
  readonly attemptId: string;
  readonly stage: Stage;
  readonly share: number;
};

export type VerifyRequest = {
  readonly receipt: Receipt;
  /** Receipt keys that this node knows its coordinator by, raw Ed25519. */
  readonly knownKeys: readonly Uint8Array[];
  readonly proofBytes: Uint8Array;
  readonly publicSignals: readonly string[];
  readonly vkeyJson: string;
};

export type VerifyOutcome = {
  readonly signature: boolean;
  readonly digest: boolean;
  readonly proof: boolean;
  readonly problem: string;
};
