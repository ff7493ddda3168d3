/** Section 4 of a zkey: the coefficients of the matrices A and B. Read to count constraints and to bound every index. */
import type { ByteSource } from "./byte-source.ts";
import type { ZkeyHeader } from "./zkey-header.ts";
import type { SectionTable } from "./zkey-sections.ts";
import { badZkey, requireSection, view, zkeySection } from "./zkey-sections.ts";

/** Matrix, constraint and signal, 4 bytes each, then a scalar of 32. */
const COEFFICIENT_BYTES = 12 + 32;
/** Some 64,000 coefficients, 2.9 MB, at a time. */
const BATCH = 65_536;

/**
 * Constraints of the circuit. snarkjs puts one more row per public signal and one for the constant behind them, so the
 * last row's number tells. An index outside the witness or the domain is refused: provers would read and write there.
 */
export const countConstraints = async (
  source: ByteSource,
  sections: SectionTable,
  header: ZkeyHeader,
): Promise<number> => {
  const section = requireSection(sections, zkeySection.coefficients);
  const counter = await source.read(section.offset, 4);
  const count = counter.byteLength === 4 ? view(counter).getUint32(0, true) : 0;
  if (section.bytes !== 4 + count * COEFFICIENT_BYTES) {
    throw badZkey(
      "ZKEY_COEFFICIENTS",
      `the zkey announces ${count} coefficients, section 4 has ${section.bytes} bytes`,
    );
  }
  let last = 0;
  for (let done = 0; done < count; done += BATCH) {
    const length = Math.min(BATCH, count - done) * COEFFICIENT_BYTES;
    const batch = await source.read(section.offset + 4 + done * COEFFICIENT_BYTES, length);
    last = Math.max(last, lastRow(batch, header));
  }
  const constraints = last - header.publics;
  if (constraints < 0) {
    throw badZkey("ZKEY_COEFFICIENTS", "the zkey lacks the rows of its public signals");
  }
  return constraints;
};

const lastRow = (batch: Uint8Array, header: ZkeyHeader): number => {
  const words = view(batch);
  let last = 0;
  for (let at = 0; at + COEFFICIENT_BYTES <= batch.byteLength; at += COEFFICIENT_BYTES) {
    const matrix = words.getUint32(at, true);
    const row = words.getUint32(at + 4, true);
    const signal = words.getUint32(at + 8, true);
    if (matrix > 1 || row >= header.domainSize || signal >= header.variables) {
      throw badZkey(
        "ZKEY_COEFFICIENTS",
        `the zkey has a coefficient (matrix ${matrix}, row ${row}, signal ${signal}) outside its ${header.domainSize} rows and ${header.variables} wires`,
      );
    }
    if (row > last) last = row;
  }
  return last;
};
