import type { Curve } from "../src/domain/circuit.ts";

/** A circuit that this repository builds: its source is <id>/<id>.circom. */
export type Source = {
  readonly id: string;
  /** Counts up whenever the circuit changes what it proves. */
  readonly version: number;
  readonly curve: Curve;
  /**
   * Peak memory of one proof, bytes: the resident set of a fresh process that proves with snarkjs on one thread, its
   * runtime included, rounded up. The build measures it and fails when it is more than stands here.
   */
  readonly memoryBytes: number;
};

const MIB = 2 ** 20;

/** The order of the manifest. */
export const catalog: readonly Source[] = [
  { id: "addition", version: 1, curve: "bn128", memoryBytes: 192 * MIB },
  { id: "addition_bls12381", version: 1, curve: "bls12381", memoryBytes: 192 * MIB },
  { id: "range_proof", version: 1, curve: "bn128", memoryBytes: 256 * MIB },
  { id: "merkle_proof", version: 1, curve: "bn128", memoryBytes: 320 * MIB },
];
