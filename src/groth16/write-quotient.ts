/** Writes of a key's matrices what takes arithmetic: quotient.ts computes with it. */
import { scalarPrime } from "../domain/circuit.ts";
import { writeDomain, writeWord } from "./domain.ts";
import type { QuotientPlaces } from "./kernel.ts";
import { powerOf } from "./modular.ts";
import type { QuotientCore } from "./quotient.ts";
import { SCALAR_BYTES } from "./zkey.ts";

/** Coefficients that are converted in one call. */
const STAGE_COEFFICIENTS = 2_048;

/**
 * @param coefficients as zkeys have them, 32 bytes each.
 * @throws NodeFailure "artifact" when the domain cannot be transformed, "out_of_memory".
 */
export const writeQuotient = (
  core: QuotientCore,
  coefficients: Uint8Array,
  places: QuotientPlaces,
): void => {
  const { layout, exports, memory } = core;
  const { domain } = places;
  const mark = memory.mark();
  writeDomain(core, domain);
  writeElement(core, places.size, BigInt(domain.size));
  const modulus = scalarPrime[layout.curve];
  const scale = memory.alloc(layout.frBytes);
  // No transform divides by the domain's size: its coefficients are divided once, here.
  writeElement(core, scale, powerOf(BigInt(domain.size), modulus - 2n, modulus));
  const stage = STAGE_COEFFICIENTS * SCALAR_BYTES;
  const words = memory.alloc(Math.min(stage, coefficients.length));
  let into = places.coefficients;
  for (let at = 0; at < coefficients.length; at += stage) {
    const piece = coefficients.subarray(at, at + stage);
    memory.u8().set(piece, words);
    exports.frCoefficients(into, words, piece.length / SCALAR_BYTES, scale);
    into += (piece.length / SCALAR_BYTES) * layout.frBytes;
  }
  memory.release(mark);
};

const writeElement = ({ exports, memory }: QuotientCore, address: number, value: bigint): void => {
  const mark = memory.mark();
  const word = memory.alloc(SCALAR_BYTES);
  writeWord(memory, word, value);
  exports.frElements(address, word, 1);
  memory.release(mark);
};
