/** What makes and checks proofs: types only. */
import type { CircuitFiles } from "../../artifacts/protocol.ts";
import type { Circuit } from "../../domain/circuit.ts";
import type { KernelName } from "../../domain/engine.ts";
import type { Stage } from "../../domain/task.ts";

/** One way to make a proof. One job at a time. */
export type Engine = {
  /** With its version, e.g. "snarkjs 0.7.6". */
  readonly name: string;
  /** Of our own core; undefined for snarkjs. */
  readonly kernel: KernelName | undefined;
  /** What a proof of this circuit goes through, in order. */
  readonly steps: (circuit: SizedCircuit) => readonly EngineStep[];
  /**
   * Has the circuit's key at hand, until that of another is opened.
   *
   * @throws NodeFailure "artifact" when the zkey is damaged or does not fit the circuit, "out_of_memory"; anything else is
   * the engine's own fault.
   */
  readonly open: (job: OpenJob) => Promise<void>;
  /**
   * Makes a Groth16 proof with the key that is open. Each proof is randomised anew.
   *
   * @throws NodeFailure "out_of_memory"; anything else may be the engine's fault or the files'.
   */
  readonly prove: (job: EngineJob) => Promise<EngineProof>;
  /** Lets go of the key. */
  readonly close: () => void;
  /** Bytes that the engine holds now for itself: memory that all provers share is not among them. */
  readonly memoryBytes: () => number;
};

export type SizedCircuit = Pick<Circuit, "curve" | "domainSize">;

export type EngineStep = {
  readonly name: string;
  readonly stage: Extract<Stage, "ntt" | "msm">;
  /** Its usual time in ms; only the proportions count. */
  readonly weight: number;
};

export type OpenJob = {
  readonly files: CircuitFiles;
  /** Wires that the circuit's witness has. */
  readonly witnessSize: number;
};

export type EngineJob = {
  /** A whole .wtns file. */
  readonly wtns: Uint8Array;
  /** Called when a step begins, from between computations. */
  readonly onStep: (name: string) => void;
  /** The share that is done of the step that runs, or of all steps, where they run at once. Waited for. */
  readonly onProgress: (share: number, of: "step" | "all") => void | Promise<void>;
  /** The record of a team whose helpers may take part: see domain/team.ts. */
  readonly team: SharedArrayBuffer | undefined;
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

export type Verifier = {
  /**
   * Whether a proof holds. Malformed proofs, signals and keys do not; never throws for them.
   *
   * @throws NodeFailure "out_of_memory", which says nothing of the proof.
   */
  readonly verify: (claim: ProofClaim) => Promise<boolean>;
};
