/** What provers spend their time on, by itself, on BN254: types and sizes. */

export type PrimitiveId = "mul" | "msm-g1" | "msm-g2" | "ntt";

export type Primitive = {
  readonly id: PrimitiveId;
  readonly label: string;
  /** Operations of one run: multiplications, points or elements. */
  readonly size: number;
  /** One run is reported in ms; of multiplications a single one in ns. */
  readonly unit: "ms" | "ns";
};

export const primitives: readonly Primitive[] = [
  { id: "mul", label: "field multiplication in Fq", size: 2 ** 20, unit: "ns" },
  { id: "msm-g1", label: "MSM in G1, 2^16 points", size: 2 ** 16, unit: "ms" },
  { id: "msm-g2", label: "MSM in G2, 2^14 points", size: 2 ** 14, unit: "ms" },
  { id: "ntt", label: "NTT in Fr, 2^16 elements", size: 2 ** 16, unit: "ms" },
];

/** The same for all competitors. Scalars and elements are random: 32 bytes each, canonical, little-endian. */
export type PrimitiveInput = {
  readonly size: number;
  /** As in a zkey: affine, coordinates in snarkjs's Montgomery form, little-endian. Empty where there are no points. */
  readonly points: Uint8Array;
  /** Scalars of an MSM, coefficients for an NTT; empty for multiplications. */
  readonly scalars: Uint8Array;
};

/** A primitive with its input converted and loaded: conversions are not timed. */
export type PreparedPrimitive = {
  /** The timed part. Each run does the same. */
  readonly run: () => Promise<void> | void;
  /**
   * What the last run gave, canonical: of an MSM the affine coordinates (none for infinity; of G2 x.c0, x.c1, y.c0, y.c1), of
   * an NTT the evaluations in natural order, of multiplications nothing. All competitors must give the same.
   */
  readonly result: () => Promise<readonly bigint[]> | readonly bigint[];
};

export type PrimitiveEngine = {
  readonly prepare: (
    primitive: PrimitiveId,
    input: PrimitiveInput,
  ) => Promise<PreparedPrimitive> | PreparedPrimitive;
};
