/**
 * snarkjs's Groth16 proving key, read in place: typed views of its sections, every count and length checked against the
 * others, so that whoever computes on them needs no checks of its own. That the points lie on their curve is not checked
 * but for those of the header: it would cost more than a proof, and a proof from wrong points does not verify.
 * Source: snarkjs src/zkey_utils.js, src/zkey_new.js.
 */
import { basePrime, coordinateBytes, curves, scalarPrime } from "../domain/circuit.ts";
import type { Curve } from "../domain/circuit.ts";
import { readBinfile, readLittleEndian, viewOf, type Binfile } from "./binfile.ts";
import { checkHeaderPoints, type HeaderPoints } from "./header-points.ts";

export type Zkey = {
  readonly curve: Curve;
  /** nVars: values of a witness, the constant 1 among them. */
  readonly wires: number;
  /** nPublic: wires 1 to this one are public. */
  readonly publicSignals: number;
  /** A power of two. */
  readonly domainSize: number;
  readonly header: HeaderPoints;
  readonly matrices: Matrices;
  readonly bases: Readonly<Record<BasesName, Uint8Array>>;
};

/**
 * The sums of a proof and where their bases lie. A point is affine: x, y (G2: x.c0, x.c1, y.c0, y.c1), each coordinate
 * times 2^256 (BLS12-381: 2^384) mod p, little-endian; infinity is all zeros.
 */
export type BasesName = "a" | "b1" | "b2" | "c" | "h";

/** Nonzero coefficients of A and B of the constraints, COEFFICIENT_BYTES each: see `coefficientAt`. */
export type Matrices = {
  readonly domainSize: number;
  readonly wires: number;
  readonly count: number;
  readonly records: Uint8Array;
};

/**
 * A record: matrix (0: A, 1: B), constraint (row), wire (column), each 4 bytes, and the value times 2^512 mod r, 32 bytes:
 * its Montgomery product with a wire in normal form is the product's Montgomery form.
 */
export const COEFFICIENT_BYTES = 44;

/** Bytes of a scalar, on both curves. */
export const SCALAR_BYTES = 32;

const GROTH16 = 1;
/** Three points of G1 with two each, and three of G2 with four. */
const HEADER_COORDINATES = 18;

/** Largest domain, log2: the exponent of two in r - 1. */
const twoAdicity: Readonly<Record<Curve, number>> = { bn128: 28, bls12381: 32 };

const sectionOf = { a: 5, b1: 6, b2: 7, c: 8, h: 9 } as const;
const required = new Map([
  [1, "protocol"],
  [2, "header"],
  [3, "points IC"],
  [4, "coefficients"],
  [5, "points A"],
  [6, "points B1"],
  [7, "points B2"],
  [8, "points C"],
  [9, "points H"],
]);

/**
 * Reads a whole .zkey file, which may lie in shared memory. The views are into `bytes`.
 *
 * @throws NodeFailure "artifact" naming what is wrong and what would be right.
 */
export const readZkey = (bytes: Uint8Array): Zkey => {
  const file = readBinfile(bytes, { type: "zkey", maxVersion: 2, required });
  requireGroth16(file);
  const { curve, counts, points } = readHeader(file);
  requireCounts(file, curve, counts);
  const header = sliceHeaderPoints(points, coordinateBytes[curve]);
  checkHeaderPoints(curve, header, file.malformed);
  requirePoints(file, curve, counts);
  const matrices = readMatrices(file, counts);
  const { a, b1, b2, c, h } = sectionOf;
  const bases = {
    a: file.section(a),
    b1: file.section(b1),
    b2: file.section(b2),
    c: file.section(c),
    h: file.section(h),
  };
  return { curve, ...counts, header, matrices, bases };
};

type Counts = Pick<Zkey, "wires" | "publicSignals" | "domainSize">;

const requireLength = (
  file: Binfile,
  id: number,
  wanted: readonly [bytes: number, why: string],
) => {
  const { length } = file.section(id);
  const [bytes, why] = wanted;
  if (length === bytes) return;
  const name = required.get(id) ?? "";
  throw file.malformed(`section ${id} (${name}) has ${length} bytes; ${why} take ${bytes}`);
};

const requireGroth16 = (file: Binfile): void => {
  requireLength(file, 1, [4, "the protocol's number"]);
  const protocol = viewOf(file.section(1)).getUint32(0, true);
  if (protocol === GROTH16) return;
  throw file.malformed(`its protocol is number ${protocol}; Groth16 is ${GROTH16}`);
};

/** Length of p, p, length of r, r, three counts, three points of G1 and three of G2. */
const readHeader = (file: Binfile) => {
  const body = file.section(2);
  if (body.length < 4) throw file.malformed("section 2 (header) ends before its first prime");
  const view = viewOf(body);
  const primeBytes = view.getUint32(0, true);
  const curve = curves.find((each) => coordinateBytes[each] === primeBytes);
  if (curve === undefined) {
    throw file.malformed(
      `its base field has ${primeBytes} bytes; 32 (bn128) and 48 (bls12381) are known`,
    );
  }
  const countsAt = 4 + primeBytes + 4 + SCALAR_BYTES;
  requireLength(file, 2, [countsAt + 12 + HEADER_COORDINATES * primeBytes, `${curve}'s fields`]);
  requirePrime(file, body.subarray(4, 4 + primeBytes), ["base", basePrime[curve]]);
  const scalarBytes = view.getUint32(4 + primeBytes, true);
  if (scalarBytes !== SCALAR_BYTES) {
    throw file.malformed(
      `its scalar field has ${scalarBytes} bytes; ${curve}'s has ${SCALAR_BYTES}`,
    );
  }
  requirePrime(file, body.subarray(countsAt - SCALAR_BYTES, countsAt), [
    "scalar",
    scalarPrime[curve],
  ]);
  const counts: Counts = {
    wires: view.getUint32(countsAt, true),
    publicSignals: view.getUint32(countsAt + 4, true),
    domainSize: view.getUint32(countsAt + 8, true),
  };
  return { curve, counts, points: body.subarray(countsAt + 12) };
};

const requirePrime = (
  file: Binfile,
  bytes: Uint8Array,
  [field, wanted]: readonly [field: string, wanted: bigint],
): void => {
  const prime = readLittleEndian(bytes);
  if (prime === wanted) return;
  throw file.malformed(
    `its ${field} field's prime is 0x${prime.toString(16)}; it should be 0x${wanted.toString(16)}`,
  );
};

const requireCounts = (file: Binfile, curve: Curve, counts: Counts): void => {
  const { wires, publicSignals, domainSize } = counts;
  if (publicSignals >= wires) {
    throw file.malformed(
      `it has ${publicSignals} public signals and ${wires} wires; with the constant there must be more wires`,
    );
  }
  const power = Math.log2(domainSize);
  if (!Number.isInteger(power) || power < 1 || power > twoAdicity[curve]) {
    throw file.malformed(
      `its domain size is ${domainSize}; it should be a power of two, 2 to 2^${twoAdicity[curve]}`,
    );
  }
};

/** In the order of the file. */
const sliceHeaderPoints = (points: Uint8Array, coordinate: number): HeaderPoints => {
  let at = 0;
  const next = (coordinates: number): Uint8Array => {
    const from = at;
    at += coordinates * coordinate;
    return points.subarray(from, at);
  };
  return {
    alpha1: next(2),
    beta1: next(2),
    beta2: next(4),
    gamma2: next(4),
    delta1: next(2),
    delta2: next(4),
  };
};

const requirePoints = (file: Binfile, curve: Curve, counts: Counts): void => {
  const { wires, publicSignals, domainSize } = counts;
  const g1 = 2 * coordinateBytes[curve];
  const expected: readonly (readonly [id: number, points: number, size: number])[] = [
    [3, publicSignals + 1, g1],
    [sectionOf.a, wires, g1],
    [sectionOf.b1, wires, g1],
    [sectionOf.b2, wires, 2 * g1],
    [sectionOf.c, wires - publicSignals - 1, g1],
    [sectionOf.h, domainSize, g1],
  ];
  for (const [id, points, size] of expected) {
    requireLength(file, id, [points * size, `${points} points of ${size} bytes`]);
  }
};

const readMatrices = (file: Binfile, { wires, domainSize }: Counts): Matrices => {
  const body = file.section(4);
  if (body.length < 4) throw file.malformed("section 4 (coefficients) ends before their number");
  const count = viewOf(body).getUint32(0, true);
  requireLength(file, 4, [4 + count * COEFFICIENT_BYTES, `${count} coefficients`]);
  const records = body.subarray(4);
  requireIndices(file, viewOf(records), { wires, domainSize });
  return { domainSize, wires, count, records };
};

type Bounds = Pick<Counts, "wires" | "domainSize">;

const requireIndices = (file: Binfile, view: DataView, { wires, domainSize }: Bounds): void => {
  for (let at = 0; at < view.byteLength; at += COEFFICIENT_BYTES) {
    const matrix = view.getUint32(at, true);
    const constraint = view.getUint32(at + 4, true);
    const wire = view.getUint32(at + 8, true);
    if (matrix <= 1 && constraint < domainSize && wire < wires) continue;
    const index = at / COEFFICIENT_BYTES;
    throw file.malformed(
      `coefficient ${index} is of matrix ${matrix}, constraint ${constraint}, wire ${wire}; ` +
        `there are 2 matrices, ${domainSize} constraints and ${wires} wires`,
    );
  }
};
