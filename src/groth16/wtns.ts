/** snarkjs's witness file, read in place. Source: snarkjs src/wtns_utils.js. */
import { scalarPrime, type Curve } from "../domain/circuit.ts";
import { readBinfile, readLittleEndian, viewOf, type Binfile } from "./binfile.ts";
import { SCALAR_BYTES } from "./zkey.ts";

export type Wtns = {
  readonly wires: number;
  /** The wires: 32 bytes each, little-endian, below r, in normal (not Montgomery) form; the first is 1. */
  readonly words: Uint8Array;
};

const required = new Map([
  [1, "header"],
  [2, "wires"],
]);
/** Length of r, r, number of wires. */
const HEADER_BYTES = 4 + SCALAR_BYTES + 4;

/**
 * Reads a whole .wtns file of a key's curve and size. `words` is a view into `bytes`.
 *
 * @throws NodeFailure "artifact" naming what is wrong and what would be right.
 */
export const readWtns = (
  bytes: Uint8Array,
  key: { readonly curve: Curve; readonly wires: number },
): Wtns => {
  const file = readBinfile(bytes, { type: "wtns", maxVersion: 2, required });
  requireHeader(file, key);
  const words = file.section(2);
  if (words.length !== key.wires * SCALAR_BYTES) {
    throw file.malformed(
      `section 2 (wires) has ${words.length} bytes; ${key.wires} wires take ${key.wires * SCALAR_BYTES}`,
    );
  }
  requireCanonical(file, words, scalarPrime[key.curve]);
  const first = readLittleEndian(words.subarray(0, SCALAR_BYTES));
  if (first !== 1n) throw file.malformed(`its first wire is ${first}; it is the constant 1`);
  return { wires: key.wires, words };
};

/** A wire as a number. `index` is below `wires`. */
export const wireOf = ({ words }: Wtns, index: number): bigint =>
  readLittleEndian(words.subarray(index * SCALAR_BYTES, (index + 1) * SCALAR_BYTES));

const requireHeader = (
  file: Binfile,
  { curve, wires }: { readonly curve: Curve; readonly wires: number },
): void => {
  const header = file.section(1);
  if (header.length !== HEADER_BYTES) {
    throw file.malformed(
      `section 1 (header) has ${header.length} bytes; ${curve}'s takes ${HEADER_BYTES}`,
    );
  }
  const view = viewOf(header);
  const size = view.getUint32(0, true);
  if (size !== SCALAR_BYTES) {
    throw file.malformed(`its wires have ${size} bytes; ${curve}'s have ${SCALAR_BYTES}`);
  }
  const prime = readLittleEndian(header.subarray(4, 4 + SCALAR_BYTES));
  if (prime !== scalarPrime[curve]) {
    throw file.malformed(
      `its prime is 0x${prime.toString(16)}; ${curve}'s is 0x${scalarPrime[curve].toString(16)}`,
    );
  }
  const count = view.getUint32(4 + SCALAR_BYTES, true);
  if (count !== wires) throw file.malformed(`it has ${count} wires; the key has ${wires}`);
};

/** The highest 32 bits tell for all wires but one in a thousand million. */
const requireCanonical = (file: Binfile, words: Uint8Array, prime: bigint): void => {
  const view = viewOf(words);
  const top = Number(prime >> BigInt(8 * (SCALAR_BYTES - 4)));
  for (let at = 0; at < words.length; at += SCALAR_BYTES) {
    if (view.getUint32(at + SCALAR_BYTES - 4, true) < top) continue;
    if (readLittleEndian(words.subarray(at, at + SCALAR_BYTES)) < prime) continue;
    throw file.malformed(`wire ${at / SCALAR_BYTES} is not below 0x${prime.toString(16)}`);
  }
};
