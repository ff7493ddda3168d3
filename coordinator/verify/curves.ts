/** The two pairing curves: their fields, and whether a pair of coordinates is a point that a proof may contain. */
import type { BlsCurvePair } from "@noble/curves/abstract/bls.js";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { bn254 } from "@noble/curves/bn254.js";
import type { Curve } from "../../src/domain/circuit.ts";

/** An element of the quadratic extension: c0 + c1 u. */
export type Fp2 = { readonly c0: bigint; readonly c1: bigint };
export type G1Affine = { readonly x: bigint; readonly y: bigint };
export type G2Affine = { readonly x: Fp2; readonly y: Fp2 };

export const pairingCurves: Readonly<Record<Curve, BlsCurvePair>> = {
  bn128: bn254,
  bls12381: bls12_381,
};

/** How people write the names of our curves. */
export const curveTitle: Readonly<Record<Curve, string>> = {
  bn128: "BN254",
  bls12381: "BLS12-381",
};

/** What disqualifies a point, in the order in which it is looked for. */
export type PointFault = "infinity" | "not reduced" | "off curve" | "off subgroup";

/** Affine (0, 0) stands for infinity in snarkjs's files; it lies on neither curve. */
export const g1Fault = (curve: Curve, point: G1Affine): PointFault | undefined => {
  const { G1, fields } = pairingCurves[curve];
  const { Fp } = fields;
  if (point.x === 0n && point.y === 0n) return "infinity";
  if (!Fp.isValid(point.x) || !Fp.isValid(point.y)) return "not reduced";
  const right = Fp.add(Fp.mul(Fp.sqr(point.x), point.x), G1.Point.CURVE().b);
  if (!Fp.eql(Fp.sqr(point.y), right)) return "off curve";
  return G1.Point.fromAffine(point).isTorsionFree() ? undefined : "off subgroup";
};

export const g2Fault = (curve: Curve, point: G2Affine): PointFault | undefined => {
  const { G2, fields } = pairingCurves[curve];
  const { Fp2 } = fields;
  if (Fp2.is0(point.x) && Fp2.is0(point.y)) return "infinity";
  if (!Fp2.isValid(point.x) || !Fp2.isValid(point.y)) return "not reduced";
  const right = Fp2.add(Fp2.mul(Fp2.sqr(point.x), point.x), G2.Point.CURVE().b);
  if (!Fp2.eql(Fp2.sqr(point.y), right)) return "off curve";
  return G2.Point.fromAffine(point).isTorsionFree() ? undefined : "off subgroup";
};

export const sameG1 = (a: G1Affine, b: G1Affine): boolean => a.x === b.x && a.y === b.y;

export const sameG2 = (a: G2Affine, b: G2Affine): boolean =>
  a.x.c0 === b.x.c0 && a.x.c1 === b.x.c1 && a.y.c0 === b.y.c0 && a.y.c1 === b.y.c1;
