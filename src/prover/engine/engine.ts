/** What makes and checks proofs: types only. One file per engine; prover.worker.ts names the one that is used. */
import type { Circuit, Curve } from "../../domain/circuit.ts";
import type { Stage } from "../../domain/task.ts";

export type Engine = {
  /** With its version, e.g. "snarkjs 0.7.6". */
  readonly name: string;
  readonly curves: readonly Curve[];
  /** What a proof of this circuit goes through, in order. */
  readonly steps: (circuit: Pick<Circuit, "curve" | "domainSize">) => readonly EngineStep[];
  /**
   * Makes a Groth16 proof. Each proof is randomised anew. One at a time.
   *
   * @throws NodeFailure "artifact" when the zkey does not fit or gives no proof, "out_of_memory", "internal".
   */
  readonly prove: (job: ProofJob) => Promise<EngineProof>;
  /** Whether a proof holds. Malformed proofs, signals and keys do not; never throws for them. */
  readonly verify: (claim: ProofClaim) => Promise<boolean>;
  /** A fixed piece of curve work, the same on every device: what it takes says how fast this one is. */
  readonly selfTest: () => void;
  /** Bytes of WebAssembly memory that the engine holds now; they only grow until a prover ends. */
  readonly memoryBytes: () => number;
};

export type EngineStep = {
  readonly name: string;
  readonly stage: Extract<Stage, "ntt" | "msm">;
  /** Its usual time in ms; only the proportions count. */
  readonly weight: number;
};

export type ProofJob = {
  readonly curve: Curve;
  /** A whole .zkey file; may lie in shared memory. */
  readonly zkey: Uint8Array;
  /** A whole .wtns file. */
  readonly wtns: Uint8Array;
  /** Called when a step begins, from between computations. */
  readonly onStep: (name: string) => void;
};

export type EngineProof = {
  /** Canonical proof_data: see wire/proof.ts. */
  readonly bytes: Uint8Array;
  /** Decimal. */
  readonly publicSignals: readonly string[];
};

export type ProofClaim = EngineProof & {
  /** snarkjs's verification_key.json. */
  readonly vkeyJson: string;
};
