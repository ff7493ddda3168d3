/**
 * The table of a zkey file: "zkey", version, then sections of (type u32, size u64, bytes), little-endian.
 * Source: snarkjs 0.7.6 src/zkey_utils.js and @iden3/binfileutils.
 */
import { CoordinatorFailure } from "../failure.ts";
import type { ByteSource } from "./byte-source.ts";

/** Section numbers of a Groth16 zkey. */
export const zkeySection = {
  protocol: 1,
  header: 2,
  inputCommitments: 3,
  coefficients: 4,
  pointsA: 5,
  pointsB1: 6,
  pointsB2: 7,
  pointsC: 8,
  pointsH: 9,
  contributions: 10,
} as const;

export type Section = { readonly offset: number; readonly bytes: number };
export type SectionTable = ReadonlyMap<number, Section>;

const MAGIC = "zkey";
const FILE_HEADER_BYTES = 12;
const SECTION_HEADER_BYTES = 12;
/** A Groth16 zkey has ten; a few more are another tool's notes. */
const MAX_SECTIONS = 32;
const GROTH16 = 1;
const protocolNames: Readonly<Record<number, string>> = { 2: "PLONK", 10: "FFLONK" };

export const view = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A refusal of the zkey file itself. */
export const badZkey = (rule: string, problem: string): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: "invalid",
    reason: rule,
    field: "zkey",
    problem,
    remedy: "give the whole .zkey file that snarkjs wrote for a Groth16 circuit",
  });

/** Reads and checks the table: known form, no section twice, each within the file. */
export const readSections = async (source: ByteSource): Promise<SectionTable> => {
  const count = await readFileHeader(source);
  const sections = new Map<number, Section>();
  let position = FILE_HEADER_BYTES;
  for (let index = 0; index < count; index += 1) {
    const { type, section } = await readSectionHeader(source, position);
    if (sections.has(type)) {
      throw badZkey("ZKEY_SECTION_TWICE", `the zkey has section ${type} twice`);
    }
    sections.set(type, section);
    position = section.offset + section.bytes;
  }
  return sections;
};

const readFileHeader = async (source: ByteSource): Promise<number> => {
  const head = await source.read(0, FILE_HEADER_BYTES);
  const magic = Buffer.from(head.subarray(0, 4)).toString("latin1");
  if (head.byteLength < FILE_HEADER_BYTES || magic !== MAGIC) {
    throw badZkey("ZKEY_FOREIGN", 'the file is no zkey: it does not begin with "zkey"');
  }
  const version = view(head).getUint32(4, true);
  if (version !== 1 && version !== 2) {
    throw badZkey("ZKEY_VERSION", `the zkey has format version ${version}, known are 1 and 2`);
  }
  const count = view(head).getUint32(8, true);
  if (count < 1 || count > MAX_SECTIONS) {
    throw badZkey(
      "ZKEY_SECTIONS",
      `the zkey announces ${count} sections, a Groth16 zkey has 9 or 10`,
    );
  }
  return count;
};

const readSectionHeader = async (source: ByteSource, position: number) => {
  const head = await source.read(position, SECTION_HEADER_BYTES);
  if (head.byteLength < SECTION_HEADER_BYTES) {
    throw badZkey(
      "ZKEY_TRUNCATED",
      `the zkey ends at byte ${source.size}, where a section header is due`,
    );
  }
  const type = view(head).getUint32(0, true);
  const size = view(head).getBigUint64(4, true);
  const offset = position + SECTION_HEADER_BYTES;
  if (size > BigInt(source.size - offset)) {
    throw badZkey(
      "ZKEY_TRUNCATED",
      `the zkey is cut off: section ${type} needs ${size} bytes from byte ${offset}, the file has ${source.size}`,
    );
  }
  return { type, section: { offset, bytes: Number(size) } };
};

/** A section that must be there. */
export const requireSection = (sections: SectionTable, type: number): Section => {
  const section = sections.get(type);
  if (section === undefined) {
    throw badZkey("ZKEY_SECTION_MISSING", `the zkey has no section ${type}`);
  }
  return section;
};

/** Refuses PLONK and FFLONK keys by name. */
export const requireGroth16 = async (source: ByteSource, sections: SectionTable): Promise<void> => {
  const section = requireSection(sections, zkeySection.protocol);
  const bytes = await source.read(section.offset, 4);
  if (section.bytes !== 4 || bytes.byteLength < 4) {
    throw badZkey("ZKEY_PROTOCOL", "the zkey does not say its protocol in 4 bytes");
  }
  const protocol = view(bytes).getUint32(0, true);
  if (protocol === GROTH16) return;
  const name = protocolNames[protocol] ?? `protocol ${protocol}`;
  throw badZkey("ZKEY_PROTOCOL", `the zkey is for ${name}, only Groth16 is proven here`);
};
