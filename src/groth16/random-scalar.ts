import { scalarPrime, type Curve } from "../domain/circuit.ts";
import { readLittleEndian } from "./binfile.ts";
import { SCALAR_BYTES } from "./zkey.ts";

/** Fills an array with random bytes: crypto.getRandomValues. */
export type FillRandom = (bytes: Uint8Array<ArrayBuffer>) => void;

/**
 * A scalar that is uniform in [0, r): numbers of r's length are drawn until one is below r, so that none is likelier than
 * another. Taking a longer number modulo r would be nearly as good; this is exact. Two draws at most, on average.
 */
export const randomScalar = (curve: Curve, fill: FillRandom): bigint => {
  const prime = scalarPrime[curve];
  const bits = BigInt(prime.toString(2).length);
  const bytes = new Uint8Array(SCALAR_BYTES);
  for (;;) {
    fill(bytes);
    const value = BigInt.asUintN(Number(bits), readLittleEndian(bytes));
    if (value < prime) return value;
  }
};

/** Uniform in [1, r). */
export const randomNonZeroScalar = (curve: Curve, fill: FillRandom): bigint => {
  for (;;) {
    const value = randomScalar(curve, fill);
    if (value !== 0n) return value;
  }
};
