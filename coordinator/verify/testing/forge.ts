/** Makes bad proofs of good ones. */
import type { WeierstrassPoint, WeierstrassPointCons } from "@noble/curves/abstract/weierstrass.js";
import type { Curve } from "../../../src/domain/circuit.ts";
import { coordinateBytes, scalarPrime } from "../../../src/domain/circuit.ts";
import { decodeProof } from "../../../src/wire/proof.ts";
import type { G1Affine, G2Affine } from "../curves.ts";
import { pairingCurves } from "../curves.ts";
import { g1Of, g2Of } from "../second-opinion.ts";

export type ProofPoints = { readonly a: G1Affine; readonly b: G2Affine; readonly c: G1Affine };

export const pointsOf = (curve: Curve, proof: Uint8Array): ProofPoints => {
  const { pi_a, pi_b, pi_c } = decodeProof(curve, proof);
  return { a: g1Of(pi_a), b: g2Of(pi_b), c: g1Of(pi_c) };
};

/** The wire's form of any coordinates, however wrong. */
export const bytesOf = (curve: Curve, { a, b, c }: ProofPoints): Uint8Array => {
  const width = coordinateBytes[curve];
  const words = [a.x, a.y, b.x.c1, b.x.c0, b.y.c1, b.y.c0, c.x, c.y];
  const hex = words.map((word) => word.toString(16).padStart(2 * width, "0")).join("");
  return Uint8Array.from(Buffer.from(hex, "hex"));
};

export const scaleG1 = (curve: Curve, point: G1Affine, by: bigint): G1Affine =>
  pairingCurves[curve].G1.Point.fromAffine(point).multiplyUnsafe(by).toAffine();

export const scaleG2 = (curve: Curve, point: G2Affine, by: bigint): G2Affine =>
  pairingCurves[curve].G2.Point.fromAffine(point).multiplyUnsafe(by).toAffine();

export const negateG1 = (curve: Curve, { x, y }: G1Affine): G1Affine => ({
  x,
  y: pairingCurves[curve].fields.Fp.neg(y),
});

export const negateG2 = (curve: Curve, { x, y }: G2Affine): G2Affine => ({
  x,
  y: pairingCurves[curve].fields.Fp2.neg(y),
});

/** (sA, B/s, C): as valid as the proof that it is made of. */
export const reRandomise = (curve: Curve, { a, b, c }: ProofPoints, by: bigint): ProofPoints => ({
  a: scaleG1(curve, a, by),
  b: scaleG2(curve, b, pairingCurves[curve].fields.Fr.inv(by)),
  c,
});

/** Scalars of any size: the libraries' own multiplication takes only those below the order, where torsion vanishes. */
const multiply = <Field>(
  group: WeierstrassPointCons<Field>,
  point: WeierstrassPoint<Field>,
  by: bigint,
): WeierstrassPoint<Field> => {
  let sum = group.ZERO;
  for (const bit of by.toString(2)) {
    sum = sum.double();
    if (bit === "1") sum = sum.add(point);
  }
  return sum;
};

/** Adds a point of the cofactor's torsion: still on the curve, no longer in the subgroup. BLS12-381 only. */
export const leaveG1 = (point: G1Affine): G1Affine => {
  const { G1, fields } = pairingCurves.bls12381;
  const { Fp } = fields;
  for (let x = 1n; ; x += 1n) {
    const square = Fp.add(Fp.pow(x, 3n), G1.Point.CURVE().b);
    if (!Fp.eql(Fp.sqr(tryRoot(() => Fp.sqrt(square), 0n)), square)) continue;
    const onCurve = G1.Point.fromAffine({ x, y: Fp.sqrt(square) });
    const torsion = multiply(G1.Point, onCurve, scalarPrime.bls12381);
    if (!torsion.is0())
      return G1.Point.fromAffine(point).add(G1.Point.fromAffine(torsion.toAffine())).toAffine();
  }
};

export const leaveG2 = (curve: Curve, point: G2Affine): G2Affine => {
  const { G2, fields } = pairingCurves[curve];
  const { Fp2 } = fields;
  for (let c0 = 1n; ; c0 += 1n) {
    const x = { c0, c1: 1n };
    const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), G2.Point.CURVE().b);
    const root = tryRoot(() => Fp2.sqrt(square), Fp2.ZERO);
    if (!Fp2.eql(Fp2.sqr(root), square)) continue;
    const torsion = multiply(G2.Point, G2.Point.fromAffine({ x, y: root }), scalarPrime[curve]);
    if (!torsion.is0())
      return G2.Point.fromAffine(point).add(G2.Point.fromAffine(torsion.toAffine())).toAffine();
  }
};

const tryRoot = <Value>(root: () => Value, otherwise: Value): Value => {
  try {
    return root();
  } catch {
    // No square.
    return otherwise;
  }
};
