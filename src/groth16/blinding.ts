import type { Curve } from "../domain/circuit.ts";
import { randomNonZeroScalar, randomScalar, type FillRandom } from "./random-scalar.ts";

/**
 * What makes a proof unlike all others of its witness. "scaled" is what nodes use; docs/proving.md says why it is as good.
 * "honest" is the prover of the paper, which takes one more sum; with known r and s it gives snarkjs's proof, bit for bit.
 */
export type Blinding = ScaledBlinding | HonestBlinding;

/** Uniform and independent: r1 in [1, r), r2 in [0, r). */
export type ScaledBlinding = { readonly kind: "scaled"; readonly r1: bigint; readonly r2: bigint };

/** Uniform and independent in [0, r). */
export type HonestBlinding = { readonly kind: "honest"; readonly r: bigint; readonly s: bigint };

/** A new blinding. A second proof with the same one would tell how the two witnesses differ. */
export const drawBlinding = (curve: Curve, fill: FillRandom): ScaledBlinding => ({
  kind: "scaled",
  r1: randomNonZeroScalar(curve, fill),
  r2: randomScalar(curve, fill),
});
