/**
 * What the pipeline asks of a kernel. msm.ts and quotient.ts fulfil them with a kernel module; tests do with
 * slow arithmetic. Addresses are bytes in the one CoreMemory that kernel and pipeline share.
 */
import type { KernelLayout } from "../../kernels/layout.ts";
import type { G1Point, G2Point } from "./bigint-curve.ts";
import type { Domain } from "./domain.ts";

export type Kernel = {
  readonly shape: KeyShape;
  /** Sums over G1 and G2. */
  readonly g1: Sums<G1Point>;
  readonly g2: Sums<G2Point>;
  /**
   * Writes of a key's matrices what takes arithmetic: the distinct coefficients, given as zkeys have them, the domain's size
   * and its twiddles. Takes room for itself and gives it back.
   */
  readonly writeQuotient: (coefficients: Uint8Array, places: QuotientPlaces) => void;
  readonly openQuotient: (places: QuotientPlaces) => Quotient;
};

/** How large elements and points are in memory, and how many elements are side by side. */
export type KeyShape = Pick<KernelLayout, "lanes" | "frBytes" | "g1Bytes" | "g2Bytes">;

/** Addresses of what lasts of the matrices as long as the key does. */
export type QuotientPlaces = {
  readonly wires: number;
  readonly domain: Domain;
  readonly a: PlacedRows;
  readonly b: PlacedRows;
  readonly coefficients: number;
  /** The domain's size, as an element. */
  readonly size: number;
};

/** Addresses between which one call of frRows works (kernels/matrix). */
export type PlacedRows = readonly { readonly begin: number; readonly end: number }[];

export type Sums<Point> = {
  /** Bytes of an affine point in memory. */
  readonly pointBytes: number;
  /** Turns `count` points of a zkey, none of them infinity, into points as the kernel has them. */
  readonly fromZkey: (job: {
    readonly into: number;
    readonly from: number;
    readonly count: number;
  }) => void;
  /** The sum of scalar times base. Takes room in memory for itself and gives it back. */
  readonly sum: (bases: Bases, scalars: number, onProgress?: OnProgress) => MaybePromise<Point>;
};

/**
 * Called between coarse computations, some 20 ms apart, with the share of the whole that is done, up to 1. It is waited
 * for: a thread that never turns to its messages cannot be ended at once (a browser waits two seconds before it forces it).
 */
export type OnProgress = (share: number) => MaybePromise<void>;

/** Bases of one sum in memory. Points may repeat; infinity is not among them. `count` may be 0. */
export type Bases = {
  readonly points: number;
  readonly count: number;
  /** `count` 4-byte numbers: point k is multiplied by scalar indices[k]. Scalars have 32 bytes, little-endian, below r. */
  readonly indices: number;
};

/**
 * From the wires to the scalars of the H sum. With a, b, c the polynomials that A.w, B.w and their product take on the
 * domain: the values of a*b - c on the domain times w[power + 1], the root of unity of twice the order. (Not divided by the
 * vanishing polynomial, which is constant there: snarkjs's H bases hold it.)
 */
export type Quotient = {
  /**
   * All of it: `domainSize` scalars, 32 bytes each, little-endian, below r, go to `into`, where there is room for as many
   * elements: it is scratch before.
   */
  readonly compute: (
    job: { readonly witness: number; readonly into: number },
    onProgress?: OnProgress,
  ) => MaybePromise<void>;
  /** Bytes of one polynomial's values there. */
  readonly polynomialBytes: number;
  /** One polynomial's values there, in the kernel's own form and order: what `join` takes. */
  readonly polynomial: (
    job: { readonly of: Polynomial; readonly witness: number; readonly into: number },
    onProgress?: OnProgress,
  ) => MaybePromise<void>;
  /** What `compute` gives, from the three. */
  readonly join: (
    job: Readonly<Record<Polynomial, number>> & { readonly into: number },
  ) => MaybePromise<void>;
};

/** A.w, B.w, and the product of the two. */
export const polynomials = ["a", "b", "product"] as const;
export type Polynomial = (typeof polynomials)[number];

export type MaybePromise<Value> = Value | Promise<Value>;
