/**
 * The proving pipeline's arithmetic, and whole proofs with known randomness, by snarkjs's own library: slow, and right.
 * snarkjs's groth16_prove draws r and s itself, so its steps are taken here one by one.
 */
import { curves as snarkjsCurves, type Curve as SnarkjsCurve, type CurveGroup } from "snarkjs";
import { scalarPrime, type Curve } from "../domain/circuit.ts";
import type { G1Point, G2Point } from "../groth16/bigint-curve.ts";
import { viewOf, writeLittleEndian } from "../groth16/binfile.ts";
import {
  polynomials,
  type Kernel,
  type Quotient,
  type QuotientPlaces,
  type Sums,
} from "../groth16/kernel.ts";
import type { CoreMemory } from "../groth16/memory.ts";
import type { Wtns } from "../groth16/wtns.ts";
import { COEFFICIENT_BYTES, SCALAR_BYTES, type Matrices, type Zkey } from "../groth16/zkey.ts";
import { encodeProof } from "../wire/proof.ts";

/** A curve of ffjavascript, in this thread. */
export const openReferenceCurve = (curve: Curve): Promise<SnarkjsCurve> =>
  snarkjsCurves.getCurveFromName(curve, { singleThread: true });

/** A kernel whose points in memory are the zkey's. */
export const createReferenceKernel = (curve: SnarkjsCurve, memory: CoreMemory): Kernel => ({
  g1: createSums(curve.G1, memory, readG1(curve)),
  g2: createSums(curve.G2, memory, readG2(curve)),
  shape: {
    ...{ lanes: 1, frBytes: SCALAR_BYTES },
    g1Bytes: curve.G1.toAffine(curve.G1.g).length,
    g2Bytes: curve.G2.toAffine(curve.G2.g).length,
  },
  writeQuotient: (coefficients, places) => memory.u8().set(coefficients, places.coefficients),
  openQuotient: createQuotient(curve, memory),
});

const createSums = <Of>(
  group: CurveGroup,
  memory: CoreMemory,
  read: (jacobian: Uint8Array) => Of,
): Sums<Of> => {
  const pointBytes = group.toAffine(group.g).length;
  return {
    pointBytes,
    fromZkey: ({ into, from, count }) => {
      memory.u8().copyWithin(into, from, from + count * pointBytes);
    },
    sum: async ({ points, count, indices }, scalars) => {
      const bytes = memory.u8();
      const gathered = new Uint8Array(count * SCALAR_BYTES);
      for (let point = 0; point < count; point += 1) {
        const at = scalars + memory.view().getUint32(indices + 4 * point, true) * SCALAR_BYTES;
        gathered.set(bytes.subarray(at, at + SCALAR_BYTES), point * SCALAR_BYTES);
      }
      const bases = bytes.slice(points, points + count * pointBytes);
      return read(await group.multiExpAffine(bases, gathered));
    },
  };
};

const readG1 =
  ({ G1 }: SnarkjsCurve) =>
  (point: Uint8Array): G1Point => {
    if (G1.isZero(point)) return "infinity";
    const [x, y] = G1.toObject(G1.toAffine(point)).flat();
    return { x: required(x), y: required(y) };
  };

const readG2 =
  ({ G2 }: SnarkjsCurve) =>
  (point: Uint8Array): G2Point => {
    if (G2.isZero(point)) return "infinity";
    const [x0, x1, y0, y1] = G2.toObject(G2.toAffine(point)).flat();
    return { x: [required(x0), required(x1)], y: [required(y0), required(y1)] };
  };

const createQuotient =
  (curve: SnarkjsCurve, memory: CoreMemory) =>
  (places: QuotientPlaces): Quotient => {
    const { wires, domain } = places;
    const polynomialBytes = domain.size * SCALAR_BYTES;
    const wiresAt = (witness: number): Uint8Array =>
      memory.u8().slice(witness, witness + wires * SCALAR_BYTES);
    const valuesAt = (address: number): Uint8Array =>
      memory.u8().slice(address, address + polynomialBytes);
    const matrices = (): Matrices => readMatrices(memory, places);
    return {
      polynomialBytes,
      compute: async ({ witness, into }) => {
        memory.u8().set(await computeQuotient(curve, matrices(), wiresAt(witness)), into);
      },
      polynomial: async ({ of, witness, into }) => {
        const values = await polynomialsOf(curve, matrices(), wiresAt(witness));
        memory.u8().set(values[polynomials.indexOf(of)] ?? [], into);
      },
      join: async ({ a, b, product, into }) => {
        memory.u8().set(await join(curve, [valuesAt(a), valuesAt(b), valuesAt(product)]), into);
      },
    };
  };

/** A zkey's records again, from the groups of rows that a kernel gets: of one lane, offsets of 32 bytes. */
const readMatrices = (memory: CoreMemory, places: QuotientPlaces): Matrices => {
  const view = memory.view();
  const entries: (readonly [matrix: number, row: number, wire: number, value: number])[] = [];
  [places.a, places.b].forEach((rows, matrix) => {
    for (let at = rows[0]?.begin ?? 0; at < (rows.at(-1)?.end ?? 0);) {
      const [length, row] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
      for (let entry = at + 8; entry < at + 8 + 8 * length; entry += 8) {
        const [wire, value] = [view.getUint32(entry, true), view.getUint32(entry + 4, true)];
        entries.push([matrix, row, wire, value]);
      }
      at += 8 + 8 * length;
    }
  });
  const records = new Uint8Array(entries.length * COEFFICIENT_BYTES);
  const written = viewOf(records);
  entries.forEach(([matrix, row, wire, value], index) => {
    const at = index * COEFFICIENT_BYTES;
    written.setUint32(at, matrix, true);
    written.setUint32(at + 4, row / SCALAR_BYTES, true);
    written.setUint32(at + 8, wire / SCALAR_BYTES, true);
    const from = places.coefficients + value;
    records.set(memory.u8().subarray(from, from + SCALAR_BYTES), at + 12);
  });
  const { wires, domain } = places;
  return { domainSize: domain.size, wires, count: entries.length, records };
};

const computeQuotient = async (
  curve: SnarkjsCurve,
  matrices: Matrices,
  words: Uint8Array,
): Promise<Uint8Array> => join(curve, await polynomialsOf(curve, matrices, words));

const elementAt = (of: Uint8Array, index: number): Uint8Array =>
  of.slice(index * SCALAR_BYTES, (index + 1) * SCALAR_BYTES);

/** As snarkjs's buildABC1 and the transforms. */
const polynomialsOf = async (
  { Fr }: SnarkjsCurve,
  { domainSize, records }: Matrices,
  words: Uint8Array,
): Promise<Three> => {
  const [a, b, c] = [0, 1, 2].map(() => new Uint8Array(domainSize * SCALAR_BYTES)) as Three;
  const view = viewOf(records);
  for (let at = 0; at < records.length; at += COEFFICIENT_BYTES) {
    const into = view.getUint32(at, true) === 0 ? a : b;
    const row = view.getUint32(at + 4, true);
    const wire = elementAt(words, view.getUint32(at + 8, true));
    const product = Fr.mul(records.slice(at + 12, at + COEFFICIENT_BYTES), wire);
    into.set(Fr.add(elementAt(into, row), product), row * SCALAR_BYTES);
  }
  for (let row = 0; row < domainSize; row += 1) {
    c.set(Fr.mul(elementAt(a, row), elementAt(b, row)), row * SCALAR_BYTES);
  }
  const step = required(Fr.w[Math.log2(domainSize) + 1]);
  const onCoset = async (values: Uint8Array): Promise<Uint8Array> =>
    Fr.fft(await Fr.batchApplyKey(await Fr.ifft(values), Fr.one, step));
  return [await onCoset(a), await onCoset(b), await onCoset(c)];
};

/** As snarkjs's joinABC. */
const join = async ({ Fr }: SnarkjsCurve, [a, b, c]: Three): Promise<Uint8Array> => {
  const joined = new Uint8Array(a.length);
  for (let row = 0; row < a.length / SCALAR_BYTES; row += 1) {
    const value = Fr.sub(Fr.mul(elementAt(a, row), elementAt(b, row)), elementAt(c, row));
    joined.set(value, row * SCALAR_BYTES);
  }
  return Fr.batchFromMontgomery(joined);
};

type Three = [Uint8Array, Uint8Array, Uint8Array];

/** The scalars of the H sum that snarkjs's groth16_prove computes. */
export const referenceQuotient = (
  curve: SnarkjsCurve,
  { zkey, wtns }: { readonly zkey: Zkey; readonly wtns: Wtns },
): Promise<Uint8Array> => computeQuotient(curve, zkey.matrices, wtns.words);

/** proof_data of the proof that snarkjs's groth16_prove makes when it draws r and s. */
export const referenceProof = async (
  curve: SnarkjsCurve,
  { zkey, wtns }: { readonly zkey: Zkey; readonly wtns: Wtns },
  { r, s }: { readonly r: bigint; readonly s: bigint },
): Promise<Uint8Array> => {
  const { G1, G2, name } = curve;
  const { bases, header, publicSignals } = zkey;
  const words = wtns.words.slice();
  const scalar = (value: bigint): Uint8Array => {
    const bytes = new Uint8Array(SCALAR_BYTES);
    writeLittleEndian(bytes, value);
    return bytes;
  };
  const sum = (group: CurveGroup, ...points: readonly Uint8Array[]): Uint8Array =>
    points.reduce((total, point) => group.add(total, point));
  const blinded = async (
    group: CurveGroup,
    [section, start, delta]: readonly [Uint8Array, Uint8Array, Uint8Array],
    by: bigint,
  ): Promise<Uint8Array> => {
    const fromWires = await group.multiExpAffine(section.slice(), words);
    return sum(group, fromWires, start.slice(), group.timesScalar(delta.slice(), scalar(by)));
  };
  const { alpha1, beta1, beta2, delta1, delta2 } = header;
  const h = await computeQuotient(curve, zkey.matrices, words);
  const a = await blinded(G1, [bases.a, alpha1, delta1], r);
  const b1 = await blinded(G1, [bases.b1, beta1, delta1], s);
  const b = await blinded(G2, [bases.b2, beta2, delta2], s);
  const c = sum(
    G1,
    await G1.multiExpAffine(bases.c.slice(), words.slice((publicSignals + 1) * SCALAR_BYTES)),
    await G1.multiExpAffine(bases.h.slice(), h),
    G1.timesScalar(a, scalar(s)),
    G1.timesScalar(b1, scalar(r)),
    G1.timesScalar(
      delta1.slice(),
      scalar((scalarPrime[name] - ((r * s) % scalarPrime[name])) % scalarPrime[name]),
    ),
  );
  const texts = (group: CurveGroup, point: Uint8Array) =>
    group
      .toObject(group.toAffine(point))
      .map((part) => (typeof part === "bigint" ? part.toString() : part.map(String)));
  return encodeProof(name, {
    protocol: "groth16",
    curve: name,
    pi_a: texts(G1, a).flat(),
    pi_b: texts(G2, b).map((part) => [part].flat()),
    pi_c: texts(G1, c).flat(),
  });
};

const required = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error("a point or a root of unity is missing");
  return value;
};
