/**
 * A prepared key as a file: what it was made of, how large its parts are, and the key itself, byte for byte as it lies in
 * memory. Loading one is copying. Whatever is not such a file, or is another key's, is recognised and not used.
 *
 * | at         | what                                                                          |
 * | ---------- | ----------------------------------------------------------------------------- |
 * | 0          | "pah-key" and a zero                                                          |
 * | 8          | version of the format, u32                                                    |
 * | 12         | bytes of the header, u32                                                      |
 * | 16         | XXH64 of everything else, u64                                                 |
 * | 24         | the header, JSON: zkey's SHA-256, kernel's layout, figures; spaces behind it  |
 * | 24 + bytes | the key                                                                       |
 */
import { createXXHash64 } from "hash-wasm";
import type { KernelLayout } from "../../kernels/layout.ts";
import type { KeyFigures } from "../domain/prepared-key.ts";
import { parseKeyFigures } from "./key-figures.ts";
import { keyBytes } from "./key-layout.ts";

/** Counts up whenever a kernel's elements or the order of a key's parts become others: a test pins what they are. */
export const KEY_FORMAT = 1;

/** What a key was made of. */
export type KeyOrigin = {
  /** SHA-256 of the zkey, hex. */
  readonly zkey: string;
  readonly layout: KernelLayout;
};

/** "pah-key" and a zero. */
const MAGIC = [0x70, 0x61, 0x68, 0x2d, 0x6b, 0x65, 0x79, 0];
const HASH_AT = 16;
const HEADER_AT = 24;
/** Far above any key's: rows take some ten bytes for each 2^17 coefficients. */
const MAX_HEADER_BYTES = 2 ** 20;
/** Copied at a time: a file cannot be read or written from shared memory. */
const CHUNK_BYTES = 2 ** 20;

export type WrittenKey = KeyOrigin & {
  readonly figures: KeyFigures;
  /** The key in memory. */
  readonly bytes: Uint8Array;
};

/** The file, piece by piece, each of which is good until the next is asked for. */
export const keyFilePieces = async function* ({
  bytes,
  ...made
}: WrittenKey): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const head = encodeHead(made);
  const hash = await createXXHash64();
  hash.update(head.subarray(0, HASH_AT)).update(head.subarray(HEADER_AT));
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    hash.update(bytes.subarray(at, at + CHUNK_BYTES));
  }
  head.set(hash.digest("binary"), HASH_AT);
  yield head;
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const piece = bytes.subarray(at, at + CHUNK_BYTES);
    chunk.set(piece);
    yield chunk.subarray(0, piece.length);
  }
};

const encodeHead = ({ zkey, layout, figures }: Omit<WrittenKey, "bytes">) => {
  const origin = originOf({ zkey, layout });
  const header = new TextEncoder().encode(JSON.stringify({ origin, figures }));
  const head = new Uint8Array(HEADER_AT + header.length);
  const view = new DataView(head.buffer);
  head.set(MAGIC);
  view.setUint32(8, KEY_FORMAT, true);
  view.setUint32(12, header.length, true);
  head.set(header, HEADER_AT);
  return head;
};

/** One text for what must be the same. Where a module's heap begins is its own affair: a key has no addresses. */
const originOf = ({ zkey, layout }: KeyOrigin): string => {
  const { curve, kernel, lanes, fqBytes, frBytes, g1Bytes, g2Bytes } = layout;
  return [zkey, curve, kernel, lanes, fqBytes, frBytes, g1Bytes, g2Bytes].join(" ");
};

/** A file to read from; both need not be in memory at once. */
export type ReadableKey = {
  readonly size: number;
  /** Bytes from `from` to below `to`, fewer where the file ends; good until the next call. */
  readonly read: (from: number, to: number) => Uint8Array | Promise<Uint8Array>;
};

export type ReadTools = {
  readonly origin: KeyOrigin;
  /** Called when only the file's size has been checked: what takes a key of these figures, piece by piece. */
  readonly room: (figures: KeyFigures) => (piece: Uint8Array, at: number) => void;
};

export type ReadOutcome =
  | { readonly ok: true; readonly figures: KeyFigures }
  | { readonly ok: false; readonly why: string };

/**
 * Reads a whole file into memory. Where it is refused, the memory holds nothing of use.
 *
 * @throws what `room` and `read` throw.
 */
export const readKeyFile = async (file: ReadableKey, tools: ReadTools): Promise<ReadOutcome> => {
  const head = await readHead(file, tools.origin);
  if (typeof head === "string") return { ok: false, why: head };
  const { figures, keyAt, size, begin, header } = head;
  const hash = await createXXHash64();
  hash.update(begin.subarray(0, HASH_AT)).update(header);
  const put = tools.room(figures);
  for (let at = 0; at < size;) {
    const piece = await file.read(keyAt + at, keyAt + Math.min(at + CHUNK_BYTES, size));
    if (piece.length === 0) return { ok: false, why: "it is cut off" };
    hash.update(piece);
    put(piece, at);
    at += piece.length;
  }
  const digest = hash.digest("binary");
  const isSame = digest.every((byte, at) => byte === begin[HASH_AT + at]);
  return isSame ? { ok: true, figures } : { ok: false, why: "its checksum is wrong" };
};

type Head = {
  readonly figures: KeyFigures;
  readonly keyAt: number;
  /** Of the key. */
  readonly size: number;
  readonly begin: Uint8Array;
  readonly header: Uint8Array;
};

/** What comes before the key, or why the file is of no use. */
const readHead = async (file: ReadableKey, origin: KeyOrigin): Promise<Head | string> => {
  const begin = (await file.read(0, HEADER_AT)).slice();
  if (begin.length < HEADER_AT || MAGIC.some((letter, at) => begin[at] !== letter)) {
    return "it is no prepared key";
  }
  const view = new DataView(begin.buffer);
  const version = view.getUint32(8, true);
  if (version !== KEY_FORMAT) return `its format is ${version}, not ${KEY_FORMAT}`;
  const headerBytes = view.getUint32(12, true);
  if (headerBytes > MAX_HEADER_BYTES) return "its header is too long";
  const keyAt = HEADER_AT + headerBytes;
  const header = (await file.read(HEADER_AT, keyAt)).slice();
  const figures = readFigures(header, origin);
  if (typeof figures === "string") return figures;
  const size = keyBytes(figures, origin.layout);
  if (file.size !== keyAt + size) return `it has ${file.size} bytes, not ${keyAt + size}`;
  return { figures, keyAt, size, begin, header };
};

/** The figures, or what is wrong with the header. */
const readFigures = (header: Uint8Array, origin: KeyOrigin): KeyFigures | string => {
  try {
    const value = JSON.parse(new TextDecoder().decode(header)) as unknown;
    const { origin: made, figures } = value as { readonly origin?: unknown; figures?: unknown };
    if (made !== originOf(origin)) return "it was made of another key or for another kernel";
    return parseKeyFigures(figures) ?? "its figures are malformed";
  } catch {
    return "its header is malformed";
  }
};
