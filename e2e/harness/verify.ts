/** Verifies a proof twice with code that shares nothing with the product: snarkjs, and the Groth16 equation on noble. */
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { bn254 } from "@noble/curves/bn254.js";
import { groth16 } from "snarkjs";
import type { Bundle } from "./job.ts";

export const verifiesBySnarkjs = (bundle: Bundle): Promise<boolean> =>
  groth16.verify(bundle.vkey, [...bundle.publicSignals], bundle.proof);

/** As snarkjs writes points: decimal, projective with z = 1. */
type Affine1 = readonly string[];
type Affine2 = readonly (readonly string[])[];

/** e(-A, B) e(alpha, beta) e(L, gamma) e(C, delta) = 1, with L = IC0 + sum of public signals times ICi. */
export const verifiesByNoble = (bundle: Bundle): boolean => {
  const { vkey, proof } = bundle;
  const curve = vkey.curve === "bn128" ? bn254 : bls12_381;
  const g1 = ([x = "", y = ""]: Affine1) =>
    curve.G1.Point.fromAffine({ x: BigInt(x), y: BigInt(y) });
  const fp2 = ([c0 = "", c1 = ""]: Affine1 = []) => ({ c0: BigInt(c0), c1: BigInt(c1) });
  const g2 = ([x, y]: Affine2) => curve.G2.Point.fromAffine({ x: fp2(x), y: fp2(y) });
  const [constant, ...terms] = vkey.IC.map(g1);
  if (constant === undefined || terms.length !== bundle.publicSignals.length) return false;
  const publicPoint = terms.reduce((sum, point, index) => {
    const scalar = BigInt(bundle.publicSignals[index] ?? "0");
    return scalar === 0n ? sum : sum.add(point.multiply(scalar));
  }, constant);
  const points = [g1(proof.pi_a), g2(proof.pi_b), g1(proof.pi_c)];
  for (const point of points) point.assertValidity();
  const product = curve.pairingBatch([
    { g1: g1(proof.pi_a).negate(), g2: g2(proof.pi_b) },
    { g1: g1(vkey.vk_alpha_1), g2: g2(vkey.vk_beta_2) },
    { g1: publicPoint, g2: g2(vkey.vk_gamma_2) },
    { g1: g1(proof.pi_c), g2: g2(vkey.vk_delta_2) },
  ]);
  return curve.fields.Fp12.eql(product, curve.fields.Fp12.ONE);
};
