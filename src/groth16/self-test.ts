/**
 * Whether a kernel computes what it should on this machine, and how fast: fixed vectors through everything that a proof
 * uses, against BigInt. It also warms the kernel up: engines compile what they see carried out.
 */
import type { FieldExports } from "../../kernels/layout.ts";
import { basePrime, coordinateBytes, scalarPrime, type Curve } from "../domain/circuit.ts";
import { NodeFailure } from "../domain/failure.ts";
import type { G1Point, G2Point, Point } from "./bigint-curve.ts";
import { primeField, quadraticField, type BigintField, type Fq2 } from "./bigint-field.ts";
import type { Bases, Sums } from "./kernel.ts";
import { prepareQuotient } from "./prepare-quotient.ts";
import { createModuleKernel, type ModuleCore } from "./module-kernel.ts";
import { edgesOf, FixedNumbers, wordsOf } from "./self-test-numbers.ts";
import { QUOTIENT_SIZES, quotientVector, type QuotientVector } from "./self-test-quotient.ts";
import { g1Vector, g2Vector, type SumVector } from "./self-test-sums.ts";
import { SCALAR_BYTES } from "./zkey.ts";

export type SelfTestCore = ModuleCore & { readonly exports: FieldExports };

/** Inputs and results for the kernels of one curve. Making them takes some 30 ms. */
export type SelfTestVectors = {
  readonly curve: Curve;
  readonly g1: SumVector<G1Point>;
  readonly g2: SumVector<G2Point>;
  readonly quotients: readonly QuotientVector[];
};

export const selfTestVectors = (curve: Curve): SelfTestVectors => ({
  curve,
  g1: g1Vector(curve),
  g2: g2Vector(curve),
  quotients: QUOTIENT_SIZES.map((size) => quotientVector(curve, size)),
});

/** @throws NodeFailure "internal" naming the part that gives a wrong result; whatever the kernel traps with. */
export const selfTest = async (core: SelfTestCore, vectors: SelfTestVectors): Promise<void> => {
  const { memory } = core;
  const { curve } = vectors;
  const mark = memory.mark();
  testField(core, fieldCase(curve, "fq"));
  testField(core, fieldCase(curve, "fr"));
  testQuadratic(core, curve);
  const kernel = createModuleKernel(core);
  requireEqual("a sum over G1", await placeSum(core, kernel.g1, vectors.g1)(), vectors.g1.expected);
  requireEqual("a sum over G2", await placeSum(core, kernel.g2, vectors.g2)(), vectors.g2.expected);
  for (const vector of vectors.quotients) await testQuotient(core, vector);
  memory.release(mark);
};

/** A fixed piece of a proof's usual work, the same on every device: a sum of `points` points. */
export type SumWork = { readonly points: number; readonly run: () => Promise<void> };

/** Takes room for it; whoever calls this gives it back. */
export const sumWork = (core: ModuleCore, { g1 }: SelfTestVectors): SumWork => {
  const sum = placeSum(core, createModuleKernel(core).g1, g1);
  return {
    points: g1.count,
    run: async () => {
      await sum();
    },
  };
};

const requireEqual = (what: string, got: Point<unknown>, expected: Point<unknown>): void => {
  if (textOf(got) !== textOf(expected)) throw wrong(what);
};

const textOf = (point: Point<unknown>): string =>
  point === "infinity" ? point : [point.x, point.y].flat().join();

const requireSame = (what: string, got: Uint8Array, expected: Uint8Array): void => {
  if (got.some((byte, index) => byte !== expected[index])) throw wrong(what);
};

const wrong = (what: string): NodeFailure =>
  new NodeFailure("internal", `it computes wrongly: ${what}`);

type FieldCase = {
  readonly prefix: "fq" | "fr";
  readonly modulus: bigint;
  /** Bytes of an element, and of a canonical integer. */
  readonly bytes: "fqBytes" | "frBytes";
  readonly wordBytes: number;
};

const fieldCase = (curve: Curve, prefix: "fq" | "fr"): FieldCase =>
  prefix === "fq"
    ? { prefix, modulus: basePrime[curve], bytes: "fqBytes", wordBytes: coordinateBytes[curve] }
    : { prefix, modulus: scalarPrime[curve], bytes: "frBytes", wordBytes: SCALAR_BYTES };

/** Every edge meets every seventh other one, and a number of any size. */
const STRIDE = 7;

const pairsOf = (modulus: bigint): readonly (readonly [bigint, bigint])[] => {
  const numbers = new FixedNumbers(modulus);
  const edges = edgesOf(modulus);
  return edges.flatMap((a, index) => [
    ...edges.filter((_, other) => (index + other) % STRIDE === 0).map((b) => [a, b] as const),
    [a, numbers.below(modulus)] as const,
  ]);
};

const testField = (core: SelfTestCore, tested: FieldCase): void => {
  const { prefix, modulus, wordBytes } = tested;
  const { exports, memory } = core;
  const mark = memory.mark();
  const pairs = pairsOf(modulus);
  const count = pairs.length;
  const load = (values: readonly bigint[]): number => placeElements(core, tested, values);
  const [a, b] = [load(pairs.map(([x]) => x)), load(pairs.map(([, y]) => y))];
  const out = memory.alloc(count * core.layout[tested.bytes]);
  const words = memory.alloc(count * wordBytes);
  const check = (name: string, expected: readonly bigint[]): void => {
    exports[`${prefix}ToWords`](words, out, count);
    const got = memory.u8().subarray(words, words + count * wordBytes);
    requireSame(`${prefix}${name}`, got, wordsOf(expected, wordBytes));
  };
  const field = primeField(modulus);
  exports[`${prefix}Mul`](out, a, b, count);
  check(
    "Mul",
    pairs.map(([x, y]) => field.multiply(x, y)),
  );
  exports[`${prefix}Sqr`](out, a, count);
  check(
    "Sqr",
    pairs.map(([x]) => field.square(x)),
  );
  exports[`${prefix}Add`](out, a, b, count);
  check(
    "Add",
    pairs.map(([x, y]) => field.add(x, y)),
  );
  exports[`${prefix}Sub`](out, a, b, count);
  check(
    "Sub",
    pairs.map(([x, y]) => field.subtract(x, y)),
  );
  memory.release(mark);
};

const placeElements = (
  { exports, layout, memory }: SelfTestCore,
  { prefix, bytes, wordBytes }: FieldCase,
  values: readonly bigint[],
): number => {
  const elements = memory.alloc(values.length * layout[bytes]);
  const mark = memory.mark();
  const words = memory.alloc(values.length * wordBytes);
  memory.u8().set(wordsOf(values, wordBytes), words);
  exports[`${prefix}FromWords`](elements, words, values.length);
  memory.release(mark);
  return elements;
};

const testQuadratic = (core: SelfTestCore, curve: Curve): void => {
  const { exports, layout, memory } = core;
  const mark = memory.mark();
  const tested = fieldCase(curve, "fq");
  const pairs = pairsOf(tested.modulus);
  const b = [...pairs].reverse();
  const count = pairs.length;
  const out = memory.alloc(2 * count * layout.fqBytes);
  const words = memory.alloc(2 * count * tested.wordBytes);
  exports.fq2Mul(
    out,
    placeElements(core, tested, pairs.flat()),
    placeElements(core, tested, b.flat()),
    count,
  );
  exports.fqToWords(words, out, 2 * count);
  const field: BigintField<Fq2> = quadraticField(primeField(tested.modulus));
  const expected = pairs.flatMap((x, index) => field.multiply(x, b[index] ?? field.zero));
  const got = memory.u8().subarray(words, words + 2 * count * tested.wordBytes);
  requireSame("fq2Mul", got, wordsOf(expected, tested.wordBytes));
  memory.release(mark);
};

/** Places bases and scalars; what it gives sums them. */
const placeSum = <Of>(
  { memory }: Pick<ModuleCore, "memory">,
  sums: Sums<Of>,
  { count, points: zkey, scalars: words }: SumVector<Of>,
): (() => Promise<Of>) => {
  const points = memory.alloc(count * sums.pointBytes);
  const indices = memory.alloc(4 * count);
  const scalars = memory.alloc(words.byteLength);
  const mark = memory.mark();
  const from = memory.alloc(zkey.byteLength);
  memory.u8().set(zkey, from);
  sums.fromZkey({ into: points, from, count });
  memory.release(mark);
  memory.u8().set(words, scalars);
  for (let index = 0; index < count; index += 1) {
    memory.view().setUint32(indices + 4 * index, index, true);
  }
  const bases: Bases = { points, count, indices };
  return async () => sums.sum(bases, scalars);
};

const testQuotient = async (core: SelfTestCore, vector: QuotientVector): Promise<void> => {
  const { memory } = core;
  const { matrices, expected } = vector;
  const mark = memory.mark();
  const quotient = prepareQuotient(matrices, { memory, kernel: createModuleKernel(core) });
  const witness = memory.alloc(vector.witness.byteLength);
  memory.u8().set(vector.witness, witness);
  const into = memory.alloc(quotient.polynomialBytes);
  await quotient.compute({ witness, into });
  const got = memory.u8().subarray(into, into + expected.byteLength);
  requireSame(`transforms on ${matrices.domainSize} elements`, got, expected);
  memory.release(mark);
};
