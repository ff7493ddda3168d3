/** Groth16 verification by @noble/curves, which shares nothing with the library that proves. */
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { bn254 } from "@noble/curves/bn254.js";
import type { Bundle } from "./parse.ts";

type G1 = readonly [string, string, string];
type G2 = readonly [readonly [string, string], readonly [string, string], readonly string[]];

const pairingCurve = { bn128: bn254, bls12381: bls12_381 } as const;

/**
 * e(-A, B) e(alpha, beta) e(L, gamma) e(C, delta) = 1 with L = IC0 + the sum of signal i times ICi (Groth 2016,
 * https://eprint.iacr.org/2016/260, section 3.2). Every point must lie on its curve and in its subgroup.
 */
export const verifyByNoble = ({ curve, proof, publicSignals, vkey }: Bundle): boolean => {
  const { G1, G2, fields, pairingBatch } = pairingCurve[curve];
  const g1 = ([x, y]: G1) => {
    const point = G1.Point.fromAffine({ x: BigInt(x), y: BigInt(y) });
    point.assertValidity();
    return point;
  };
  const g2 = ([x, y]: G2) => {
    const point = G2.Point.fromAffine({
      x: { c0: BigInt(x[0]), c1: BigInt(x[1]) },
      y: { c0: BigInt(y[0]), c1: BigInt(y[1]) },
    });
    point.assertValidity();
    return point;
  };
  try {
    const [constant, ...terms] = vkey.IC.map(g1);
    if (constant === undefined) return false;
    const commitment = terms.reduce((sum, point, index) => {
      const scalar = BigInt(publicSignals[index] ?? "0");
      // noble refuses to multiply by zero.
      return scalar === 0n ? sum : sum.add(point.multiplyUnsafe(scalar));
    }, constant);
    const product = pairingBatch([
      { g1: g1(proof.pi_a).negate(), g2: g2(proof.pi_b) },
      { g1: g1(vkey.vk_alpha_1), g2: g2(vkey.vk_beta_2) },
      { g1: commitment, g2: g2(vkey.vk_gamma_2) },
      { g1: g1(proof.pi_c), g2: g2(vkey.vk_delta_2) },
    ]);
    return fields.Fp12.eql(product, fields.Fp12.ONE);
  } catch {
    // It throws for a point off its curve or outside its subgroup: no valid proof has one.
    return false;
  }
};
