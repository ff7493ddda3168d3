/** What one proof needs at its peak; what a node compares with its memory budget. */

/** The engine, the curve, the circuit's WASM and JavaScript itself. */
const BASE_BYTES = 192 * 2 ** 20;
/** The key as it came and its sections as the engine copies them. */
const KEY_COPIES = 2;
/** Polynomials, their transforms and the buckets of the multi-exponentiations, in 32-byte words per row of the domain. */
const WORDS_PER_ROW = 50;

/**
 * A line fitted to the peak resident memory of witness and snarkjs proof in one thread, five circuits (domains 2^13 to
 * 2^16, both curves): measured 183 to 329 MiB, estimated 3 to 17 % above that.
 */
export const proofMemoryBytes = (zkeyBytes: number, domainSize: number): number =>
  BASE_BYTES + KEY_COPIES * zkeyBytes + WORDS_PER_ROW * 32 * domainSize;
