import type { BlobLike, CircuitFiles } from "../artifacts/protocol.ts";
import { basePrime, type Circuit } from "../domain/circuit.ts";
import { NodeFailure } from "../domain/failure.ts";

/** Gives a circuit's zkey as bytes. */
export type ZkeyReader = (files: CircuitFiles) => Promise<ZkeyBytes>;

export type ZkeyBytes = {
  readonly bytes: Uint8Array;
  /** Bytes that this prover holds by itself: 0 when the key lies in memory that all provers share. */
  readonly ownBytes: number;
};

/**
 * Shared keys are used where they lie. A key in a file is read once and kept until another circuit's is needed: it must be
 * in memory during every proof anyway, so keeping it raises no peak, and saves reading it again.
 */
export const createZkeyReader = (): ZkeyReader => {
  let kept: { readonly digest: string; readonly bytes: Uint8Array } | undefined;
  return async ({ zkey, circuit }) => {
    if (zkey.kind === "shared") return { bytes: new Uint8Array(zkey.buffer), ownBytes: 0 };
    const digest = circuit.zkey.sha256;
    if (kept?.digest !== digest) {
      // Let go of the one before while the next is read.
      kept = undefined;
      kept = { digest, bytes: await readFile(zkey.file, circuit) };
    }
    return { bytes: kept.bytes, ownBytes: kept.bytes.byteLength };
  };
};

const readFile = async (file: BlobLike, circuit: Circuit): Promise<Uint8Array> => {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (reason) {
    const why = reason instanceof Error ? reason.message : String(reason);
    const message = `the zkey of ${circuit.id} cannot be read from storage: ${why}`;
    throw new NodeFailure("artifact", message, { cause: reason });
  }
};

/** The header of a Groth16 zkey (snarkjs's zkey_utils.js): what must agree with the circuit and its witness. */
type ZkeyHeader = {
  readonly prime: bigint;
  readonly wires: number;
  readonly publicSignals: number;
  readonly domainSize: number;
};

const GROTH16 = 1;
const PROTOCOL_SECTION = 1;
const HEADER_SECTION = 2;
/** Points A, B1, B2, C and H, and the coefficients: what a proof reads. */
const LAST_SECTION = 9;

/**
 * Checks that a zkey is whole and is the circuit's, which costs nothing beside a proof that fails for it.
 *
 * @throws NodeFailure "artifact" naming what does not fit.
 */
export const requireFittingZkey = (
  bytes: Uint8Array,
  circuit: Circuit,
  witnessSize: number,
): void => {
  const header = readHeader(bytes);
  requireSame("curve's base field", header.prime, basePrime[circuit.curve]);
  requireSame("number of wires", header.wires, witnessSize);
  requireSame("number of public signals", header.publicSignals, circuit.publicSignals.length);
  requireSame("domain size", header.domainSize, circuit.domainSize);
};

const requireSame = (what: string, got: number | bigint, wanted: number | bigint): void => {
  if (got === wanted) return;
  throw unfit(`its ${what} is ${got}, the circuit's is ${wanted}`);
};

const readHeader = (bytes: Uint8Array): ZkeyHeader => {
  const sections = readSections(bytes);
  if (sectionOf(sections, PROTOCOL_SECTION).getUint32(0, true) !== GROTH16) {
    throw unfit("it is not a Groth16 key");
  }
  for (let id = HEADER_SECTION; id <= LAST_SECTION; id += 1) sectionOf(sections, id);
  const view = sectionOf(sections, HEADER_SECTION);
  const primeBytes = view.getUint32(0, true);
  const scalarBytes = view.getUint32(4 + primeBytes, true);
  const counts = 8 + primeBytes + scalarBytes;
  return {
    prime: readLittleEndian(view, 4, primeBytes),
    wires: view.getUint32(counts, true),
    publicSignals: view.getUint32(counts + 4, true),
    domainSize: view.getUint32(counts + 8, true),
  };
};

/** "zkey", version, count; then for each section its number, its length and its body. */
const readSections = (bytes: Uint8Array): ReadonlyMap<number, DataView> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sections = new Map<number, DataView>();
  try {
    if (view.getUint32(0, false) !== 0x7a6b6579) throw unfit('it does not begin with "zkey"');
    const count = view.getUint32(8, true);
    let at = 12;
    for (let index = 0; index < count; index += 1) {
      const length = Number(view.getBigUint64(at + 4, true));
      const body = new DataView(bytes.buffer, bytes.byteOffset + at + 12, length);
      if (at + 12 + length > bytes.byteLength) throw unfit("it is cut off");
      sections.set(view.getUint32(at, true), body);
      at += 12 + length;
    }
  } catch (reason) {
    if (reason instanceof RangeError) throw unfit("it is cut off");
    throw reason;
  }
  return sections;
};

const sectionOf = (sections: ReadonlyMap<number, DataView>, id: number): DataView => {
  const section = sections.get(id);
  if (section === undefined) throw unfit(`section ${id} is missing`);
  return section;
};

const readLittleEndian = (view: DataView, at: number, length: number): bigint => {
  let value = 0n;
  for (let index = length - 1; index >= 0; index -= 1) {
    value = (value << 8n) | BigInt(view.getUint8(at + index));
  }
  return value;
};

const unfit = (why: string): NodeFailure =>
  new NodeFailure("artifact", `the zkey does not fit the circuit: ${why}`);
