import type { Curve } from "./circuit.ts";

/**
 * How large the parts of a prepared proving key are. With a kernel's layout it says where each of them lies: numbers only,
 * so that it can travel between workers and stand in a file.
 */
export type KeyFigures = {
  readonly curve: Curve;
  readonly wires: number;
  readonly publicSignals: number;
  /** A power of two. */
  readonly domainSize: number;
  /** Bases of each sum, without infinity. B1 only where it was asked for. */
  readonly bases: Readonly<Record<"a" | "b2" | "c" | "h", number>> & { readonly b1?: number };
  /** Distinct coefficients of the matrices. */
  readonly coefficients: number;
  /** Rows of each matrix, in 4-byte words: where a call may begin or end, rising from 0 to their length. */
  readonly rows: Readonly<Record<"a" | "b", readonly number[]>>;
};
