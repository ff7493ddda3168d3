import type { CircuitId, Sha256 } from "./ids.ts";

/** snarkjs's curve names: "bn128" is BN254. */
export type Curve = "bn128" | "bls12381";
export const curves: readonly Curve[] = ["bn128", "bls12381"];

/** Bytes of one base-field coordinate in a proof. */
export const coordinateBytes: Readonly<Record<Curve, number>> = { bn128: 32, bls12381: 48 };

/** p: coordinates of points are below it. BN254: EIP-197. BLS12-381: draft-irtf-cfrg-pairing-friendly-curves, 4.2.1. */
export const basePrime: Readonly<Record<Curve, bigint>> = {
  bn128: 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n,
  bls12381:
    0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn,
};

/** r: signals are below it. Same sources; it is the order of the groups and circom's `--prime`. */
export const scalarPrime: Readonly<Record<Curve, bigint>> = {
  bn128: 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001n,
  bls12381: 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n,
};

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

/** What a device must have for one proof of it, bytes: never less than the key, whatever the manifest says. */
export const proofBytes = ({ memoryBytes, zkey }: Circuit): number =>
  Math.max(memoryBytes, zkey.bytes);

/** Whether a manifest entry carries a valid signature of a key that this node pins. */
export type Trust = "signed" | "unsigned";
