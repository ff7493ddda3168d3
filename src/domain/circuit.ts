import type { CircuitId, Sha256 } from "./ids.ts";

/** snarkjs's curve names: "bn128" is BN254. */
export type Curve = "bn128" | "bls12381";
export const curves: readonly Curve[] = ["bn128", "bls12381"];

/** Bytes of one base-field coordinate in a proof. */
export const coordinateBytes: Readonly<Record<Curve, number>> = { bn128: 32, bls12381: 48 };

/** "development": the toxic waste is known, so proofs are forgeable and earn nothing. */
export type Setup = "development" | "ceremony";

/** An immutable file, addressed by its digest. */
export type Artifact = {
  /** Absolute, or relative to the manifest. */
  readonly url: string;
  readonly bytes: number;
  readonly sha256: Sha256;
};

/** One circuit of the manifest: a statement to prove and the files that prove it. */
export type Circuit = {
  readonly id: CircuitId;
  readonly version: number;
  readonly curve: Curve;
  readonly constraints: number;
  readonly domainSize: number;
  /** Names of the public signals, in order. */
  readonly publicSignals: readonly string[];
  readonly setup: Setup;
  /** Peak memory of one proof, bytes. */
  readonly memoryBytes: number;
  readonly wasm: Artifact;
  readonly zkey: Artifact;
  /** snarkjs's verification_key.json. */
  readonly vkey: Artifact;
};

/** Whether a manifest entry carries a valid signature of a key that this node pins. */
export type Trust = "signed" | "unsigned";
