/** What provers spend their time on, by itself: types and sizes. */
import type { Curve } from "../../src/domain/circuit.ts";

/** mul: in Fq. msm: a sum of scalar times point. ntt: in Fr. */
export type Operation = "mul" | "msm-g1" | "msm-g2" | "ntt";

export type PrimitiveId =
  | "mul-bn128"
  | "mul-bls12381"
  | "msm-g1-2^14"
  | "msm-g1-2^16"
  | "msm-g2-2^14"
  | "ntt-2^14"
  | "ntt-2^16";

export type Primitive = {
  readonly id: PrimitiveId;
  readonly operation: Operation;
  readonly curve: Curve;
  readonly label: string;
  /** Operations of one run: multiplications, points or elements. */
  readonly size: number;
  /** One run is reported in ms; of multiplications a single one in ns. */
  readonly unit: "ms" | "ns";
};

const inNanoseconds = { operation: "mul", size: 2 ** 20, unit: "ns" } as const;
const onBn254 = { curve: "bn128", unit: "ms" } as const;

export const primitives: readonly Primitive[] = [
  {
    ...inNanoseconds,
    ...{ id: "mul-bn128", curve: "bn128", label: "multiplication in Fq of BN254" },
  },
  {
    ...inNanoseconds,
    ...{ id: "mul-bls12381", curve: "bls12381", label: "multiplication in Fq of BLS12-381" },
  },
  {
    ...onBn254,
    ...{ id: "msm-g1-2^14", operation: "msm-g1", label: "MSM in G1, 2^14 points", size: 2 ** 14 },
  },
  {
    ...onBn254,
    ...{ id: "msm-g1-2^16", operation: "msm-g1", label: "MSM in G1, 2^16 points", size: 2 ** 16 },
  },
  {
    ...onBn254,
    ...{ id: "msm-g2-2^14", operation: "msm-g2", label: "MSM in G2, 2^14 points", size: 2 ** 14 },
  },
  {
    ...onBn254,
    ...{ id: "ntt-2^14", operation: "ntt", label: "NTT in Fr, 2^14 elements", size: 2 ** 14 },
  },
  {
    ...onBn254,
    ...{ id: "ntt-2^16", operation: "ntt", label: "NTT in Fr, 2^16 elements", size: 2 ** 16 },
  },
];

/**
 * Elements that a run of multiplications works on, which fit in the cache nearest to the processor: each is multiplied by
 * the Montgomery factor of its curve, `size` / MUL_ELEMENTS times over.
 */
export const MUL_ELEMENTS = 2 ** 8;

/** The same for all competitors, little-endian, canonical, random: what it has is for whom needs it. */
export type PrimitiveInput = {
  /** As in a zkey: affine, coordinates in snarkjs's Montgomery form. Empty where there are no points. */
  readonly points: Uint8Array;
  /** Scalars of an MSM, coefficients for an NTT, MUL_ELEMENTS factors for multiplications: of 32 bytes, or Fq's. */
  readonly numbers: Uint8Array;
};

/** A primitive with its input converted and loaded: conversions are not timed. */
export type PreparedPrimitive = {
  /** The timed part. Each run does the same. */
  readonly run: () => Promise<void> | void;
  /**
   * What the last run gave, canonical: of an MSM the affine coordinates (none for infinity; of G2 x.c0, x.c1, y.c0, y.c1), of
   * an NTT the evaluations in natural order, of multiplications the products. All competitors must give the same.
   */
  readonly result: () => Promise<readonly bigint[]> | readonly bigint[];
};

export type PrimitiveEngine = {
  readonly prepare: (
    primitive: Primitive,
    input: PrimitiveInput,
  ) => Promise<PreparedPrimitive> | PreparedPrimitive;
};
