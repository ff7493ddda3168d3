/**
 * iden3's binary file format, of which zkey and wtns files are: four letters, version, number of sections; then for each
 * section its number, its length and its body. All numbers are little-endian. Read in place: nothing is copied.
 * Source: @iden3/binfileutils.
 */
import { NodeFailure } from "../domain/failure.ts";

export type BinfileForm = {
  /** The four letters. */
  readonly type: "zkey" | "wtns";
  readonly maxVersion: number;
  /** Sections that a reader needs, by number, with what is in them. */
  readonly required: ReadonlyMap<number, string>;
};

/** A file whose sections are found; their bodies are still to be judged. */
export type Binfile = {
  /** The body of a required section. */
  readonly section: (id: number) => Uint8Array;
  /** What to throw when the file is not as it should be. `what` says what is wrong and what would be right. */
  readonly malformed: (what: string) => NodeFailure;
};

const FILE_HEADER_BYTES = 12;
const SECTION_HEADER_BYTES = 12;
/** A Groth16 key has ten; a hostile file must not make us count to four thousand million. */
const MAX_SECTIONS = 32;

/**
 * Finds the sections of a file, in whatever order they lie: snarkjs writes them in another order when it makes a key than
 * when it adds a contribution.
 *
 * @throws NodeFailure "artifact" when it is another kind of file, cut off, too long, or lacks or repeats a section.
 */
export const readBinfile = (bytes: Uint8Array, form: BinfileForm): Binfile => {
  const malformed = (what: string): NodeFailure =>
    new NodeFailure("artifact", `the ${form.type} file is malformed: ${what}`);
  const file = { bytes, view: viewOf(bytes), malformed };
  const sections = findSections(file, readCount(file, form));
  for (const [id, what] of form.required) {
    if (!sections.has(id)) throw malformed(`section ${id} (${what}) is missing`);
  }
  const section = (id: number): Uint8Array => {
    const found = sections.get(id);
    if (found === undefined) throw malformed(`section ${id} is missing`);
    return found;
  };
  return { section, malformed };
};

type OpenFile = {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly malformed: (what: string) => NodeFailure;
};

const readCount = ({ bytes, view, malformed }: OpenFile, form: BinfileForm): number => {
  if (bytes.length < FILE_HEADER_BYTES) {
    throw malformed(
      `it has ${bytes.length} bytes, its header alone takes ${String(FILE_HEADER_BYTES)}`,
    );
  }
  for (let at = 0; at < form.type.length; at += 1) {
    if (bytes[at] !== form.type.charCodeAt(at))
      throw malformed(`it does not begin with "${form.type}"`);
  }
  const version = view.getUint32(4, true);
  if (version < 1 || version > form.maxVersion) {
    throw malformed(`its version is ${version}, known are 1 to ${form.maxVersion}`);
  }
  const count = view.getUint32(8, true);
  if (count <= MAX_SECTIONS) return count;
  throw malformed(`it claims ${count} sections; at most ${MAX_SECTIONS}`);
};

const findSections = (file: OpenFile, count: number): ReadonlyMap<number, Uint8Array> => {
  const { bytes, view, malformed } = file;
  const sections = new Map<number, Uint8Array>();
  let at = FILE_HEADER_BYTES;
  for (let index = 0; index < count; index += 1) {
    const begin = at + SECTION_HEADER_BYTES;
    if (begin > bytes.length) {
      throw malformed(`it is cut off: it claims ${count} sections and ends in number ${index + 1}`);
    }
    const id = view.getUint32(at, true);
    const length = view.getBigUint64(at + 4, true);
    const left = bytes.length - begin;
    if (length > BigInt(left)) {
      throw malformed(
        `it is cut off: section ${id} claims ${length} bytes, the file has ${left} more`,
      );
    }
    if (sections.has(id)) throw malformed(`section ${id} comes twice`);
    at = begin + Number(length);
    sections.set(id, bytes.subarray(begin, at));
  }
  if (at !== bytes.length) {
    throw malformed(`${bytes.length - at} bytes follow its last section; it should end there`);
  }
  return sections;
};

/** A view of just these bytes. */
export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Bytes as a number, the lowest first. */
export const readLittleEndian = (bytes: Uint8Array): bigint => {
  let value = 0n;
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    value = (value << 8n) | BigInt(bytes[at] ?? 0);
  }
  return value;
};

/** A number below 2^(8 * into.length) as bytes, the lowest first. */
export const writeLittleEndian = (into: Uint8Array, value: bigint): void => {
  let rest = value;
  for (let at = 0; at < into.length; at += 1) {
    into[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
};
