/** Groth16 verification by @noble/curves: slow, audited, and independent of the library that proves. */
import type { BlsCurvePair } from "@noble/curves/abstract/bls.js";
import type { VerificationKey } from "snarkjs";
import type { Curve } from "../../src/domain/circuit.ts";
import type { SnarkjsProof } from "../../src/wire/proof.ts";
import type { G1Affine, G2Affine } from "./curves.ts";
import { pairingCurves } from "./curves.ts";

type G1Point = InstanceType<BlsCurvePair["G1"]["Point"]>;
type G2Point = InstanceType<BlsCurvePair["G2"]["Point"]>;

/** A verification key as points. */
export type PreparedKey = {
  readonly curve: Curve;
  readonly alpha: G1Point;
  readonly beta: G2Point;
  readonly gamma: G2Point;
  readonly delta: G2Point;
  readonly inputCommitments: readonly G1Point[];
};

/** From snarkjs's decimal coordinates; a missing one reads as 0 and is then off the curve. */
export const g1Of = (point: readonly string[]): G1Affine => ({
  x: BigInt(point[0] ?? ""),
  y: BigInt(point[1] ?? ""),
});

export const g2Of = (point: readonly (readonly string[])[]): G2Affine => ({
  x: { c0: BigInt(point[0]?.[0] ?? ""), c1: BigInt(point[0]?.[1] ?? "") },
  y: { c0: BigInt(point[1]?.[0] ?? ""), c1: BigInt(point[1]?.[1] ?? "") },
});

/** Reads a verification key that was admitted before: its points are known to be good. */
export const prepareKey = (curve: Curve, key: VerificationKey): PreparedKey => {
  const { G1, G2 } = pairingCurves[curve];
  return {
    curve,
    alpha: G1.Point.fromAffine(g1Of(key.vk_alpha_1)),
    beta: G2.Point.fromAffine(g2Of(key.vk_beta_2)),
    gamma: G2.Point.fromAffine(g2Of(key.vk_gamma_2)),
    delta: G2.Point.fromAffine(g2Of(key.vk_delta_2)),
    inputCommitments: key.IC.map((point) => G1.Point.fromAffine(g1Of(point))),
  };
};

/**
 * e(A, B) = e(alpha, beta) e(IC, gamma) e(C, delta), Groth 2016 (https://eprint.iacr.org/2016/260). The proof's points are
 * validated here too, so that this verdict leans on nobody else's checks.
 */
export const verifyByNoble = (
  key: PreparedKey,
  publicSignals: readonly string[],
  proof: SnarkjsProof,
): boolean => {
  const { G1, G2, fields, pairingBatch } = pairingCurves[key.curve];
  if (publicSignals.length + 1 !== key.inputCommitments.length) return false;
  try {
    const a = G1.Point.fromAffine(g1Of(proof.pi_a));
    const b = G2.Point.fromAffine(g2Of(proof.pi_b));
    const c = G1.Point.fromAffine(g1Of(proof.pi_c));
    for (const point of [a, b, c]) point.assertValidity();
    const product = pairingBatch([
      { g1: a.negate(), g2: b },
      { g1: key.alpha, g2: key.beta },
      { g1: commit(key, publicSignals), g2: key.gamma },
      { g1: c, g2: key.delta },
    ]);
    return fields.Fp12.eql(product, fields.Fp12.ONE);
  } catch {
    // noble throws for a point off its curve or subgroup and for a scalar out of range: no valid proof has one.
    return false;
  }
};

/** IC[0] + sum of signal * IC. */
const commit = (key: PreparedKey, publicSignals: readonly string[]): G1Point => {
  const { G1 } = pairingCurves[key.curve];
  return publicSignals.reduce((sum, text, index) => {
    const scalar = BigInt(text);
    const point = key.inputCommitments[index + 1];
    // noble refuses to multiply by zero.
    return scalar === 0n || point === undefined ? sum : sum.add(point.multiplyUnsafe(scalar));
  }, key.inputCommitments[0] ?? G1.Point.ZERO);
};
