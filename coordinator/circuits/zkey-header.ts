/** Section 2 and 3 of a Groth16 zkey: sizes and the verification key. */
import type { Curve } from "../../src/domain/circuit.ts";
import { basePrime, coordinateBytes, curves, scalarPrime } from "../../src/domain/circuit.ts";
import type { G1Affine, G2Affine } from "../verify/curves.ts";
import type { ByteSource } from "./byte-source.ts";
import { g1Bytes, g2Bytes, littleEndian, pointReader } from "./zkey-points.ts";
import type { SectionTable } from "./zkey-sections.ts";
import { badZkey, requireSection, view, zkeySection } from "./zkey-sections.ts";

/** The points that decide what a proof proves. */
export type KeyPoints = {
  readonly alpha1: G1Affine;
  readonly beta1: G1Affine;
  readonly beta2: G2Affine;
  readonly gamma2: G2Affine;
  readonly delta1: G1Affine;
  readonly delta2: G2Affine;
};

export type ZkeyHeader = KeyPoints & {
  readonly curve: Curve;
  /** Wires, the constant one included: the length of a witness. */
  readonly variables: number;
  /** Public signals, the constant one excluded. */
  readonly publics: number;
  /** Power of two; at least constraints + publics + 1. */
  readonly domainSize: number;
};

/** Both curves' scalar fields fit four 64-bit words. */
const SCALAR_BYTES = 32;
/** BN254's scalar field has 2^28-th roots of unity and no more; no browser proves half of that. */
const MAX_DOMAIN = 2 ** 28;
/** 32 bytes and up to 80 characters each have to fit a report of 64 KiB beside the proof. */
const MAX_PUBLIC_SIGNALS = 512;
/** Longer than any header: two 64-byte fields, sizes, three G1 and three G2 points of a 384-bit curve. */
const MAX_HEADER_BYTES = 4096;

export const readHeader = async (
  source: ByteSource,
  sections: SectionTable,
): Promise<ZkeyHeader> => {
  const section = requireSection(sections, zkeySection.header);
  if (section.bytes > MAX_HEADER_BYTES) {
    throw badZkey("ZKEY_HEADER", `the zkey's header has ${section.bytes} bytes, too many`);
  }
  const bytes = await source.read(section.offset, section.bytes);
  const { curve, width } = readCurve(bytes);
  const sizesAt = 4 + width + 4 + SCALAR_BYTES;
  const wanted = sizesAt + 12 + 3 * g1Bytes(curve) + 3 * g2Bytes(curve);
  if (bytes.byteLength !== wanted) {
    throw badZkey(
      "ZKEY_HEADER",
      `the zkey's header has ${bytes.byteLength} bytes, for ${curve} it has ${wanted}`,
    );
  }
  const variables = view(bytes).getUint32(sizesAt, true);
  const publics = view(bytes).getUint32(sizesAt + 4, true);
  const domainSize = view(bytes).getUint32(sizesAt + 8, true);
  checkSizes({ variables, publics, domainSize });
  const points = pointReader(curve, bytes.subarray(sizesAt + 12));
  return {
    curve,
    variables,
    publics,
    domainSize,
    alpha1: points.g1(),
    beta1: points.g1(),
    beta2: points.g2(),
    gamma2: points.g2(),
    delta1: points.g1(),
    delta2: points.g2(),
  };
};

const readCurve = (bytes: Uint8Array): { curve: Curve; width: number } => {
  const field = (at: number): { width: number; order: bigint } => {
    const width = bytes.byteLength >= at + 4 ? view(bytes).getUint32(at, true) : 0;
    return { width, order: littleEndian(bytes.subarray(at + 4, at + 4 + Math.min(width, 64))) };
  };
  const base = field(0);
  const curve = curves.find((name) => basePrime[name] === base.order);
  if (curve === undefined || base.width !== coordinateBytes[curve]) {
    throw badZkey(
      "ZKEY_CURVE",
      "the zkey's base field belongs to neither BN254 (bn128) nor BLS12-381 (bls12381)",
    );
  }
  const scalar = field(4 + base.width);
  if (scalar.width !== SCALAR_BYTES || scalar.order !== scalarPrime[curve]) {
    throw badZkey("ZKEY_CURVE", `the zkey has the base field of ${curve} but not its scalar field`);
  }
  return { curve, width: base.width };
};

type Sizes = Pick<ZkeyHeader, "variables" | "publics" | "domainSize">;

const checkSizes = ({ variables, publics, domainSize }: Sizes): void => {
  if (domainSize < 1 || domainSize > MAX_DOMAIN || (domainSize & (domainSize - 1)) !== 0) {
    throw badZkey(
      "ZKEY_SIZES",
      `the zkey's domain size is ${domainSize}, it has to be a power of two up to 2^28`,
    );
  }
  if (publics > MAX_PUBLIC_SIGNALS) {
    throw badZkey(
      "ZKEY_PUBLIC_SIGNALS",
      `the circuit has ${publics} public signals, a report carries at most ${MAX_PUBLIC_SIGNALS}`,
    );
  }
  if (variables <= publics) {
    throw badZkey(
      "ZKEY_SIZES",
      `the zkey has ${variables} wires for ${publics} public signals and the constant one`,
    );
  }
};

/** Section 3: one point per public signal and one before them. */
export const readInputCommitments = async (
  source: ByteSource,
  sections: SectionTable,
  header: ZkeyHeader,
): Promise<readonly G1Affine[]> => {
  const section = requireSection(sections, zkeySection.inputCommitments);
  const wanted = header.publics + 1;
  if (section.bytes !== wanted * g1Bytes(header.curve)) {
    throw badZkey(
      "VKEY_IC_LENGTH",
      `the verification key has ${section.bytes / g1Bytes(header.curve)} IC points, for ${header.publics} public signals it needs ${wanted}`,
    );
  }
  const points = pointReader(header.curve, await source.read(section.offset, section.bytes));
  return Array.from({ length: wanted }, () => points.g1());
};
