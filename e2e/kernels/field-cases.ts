/** Field arithmetic as data: integers in, integers out, for the exports of a kernel's module. */
import { fieldVectors } from "../../kernels/testing/field-vectors.ts";
import type { CurveId } from "../../kernels/layout.ts";
import { basePrime, coordinateBytes, scalarPrime } from "../../src/domain/circuit.ts";
import { writeLittleEndian } from "../../src/groth16/binfile.ts";
import { SCALAR_BYTES } from "../../src/groth16/zkey.ts";

export type FieldId = "fq" | "fr" | "fq2";
export type FieldOperation = "Mul" | "Add" | "Sub" | "Sqr" | "NegateWhere" | "Equal";

export type FieldCase = {
  readonly field: FieldId;
  /** Undefined: into the kernel's form and back. */
  readonly operation: FieldOperation | undefined;
  /** Integers, little-endian, of any value; of Fq2 pairs of them. */
  readonly operands: readonly Uint8Array[];
  /** For NegateWhere: a u32 for each element. */
  readonly flags: Uint8Array | undefined;
  /** Canonical integers; of Equal a u32 for each element. */
  readonly expected: Uint8Array;
};

/** Beside every edge. */
const RANDOM_VALUES = 300;

export const fieldCases = (curve: CurveId): readonly FieldCase[] => [
  ...primeCases("fr", scalarPrime[curve], SCALAR_BYTES),
  ...primeCases("fq", basePrime[curve], coordinateBytes[curve]),
  ...quadraticCases(basePrime[curve], coordinateBytes[curve]),
];

type Twin = (a: bigint, b: bigint) => bigint;

const primeCases = (field: FieldId, modulus: bigint, bytes: number): readonly FieldCase[] => {
  const { edges, value, below, pick } = fieldVectors(modulus);
  const words = (values: readonly bigint[]): Uint8Array => wordsOf(values, bytes);
  const a = [...edges, ...Array.from({ length: RANDOM_VALUES }, value)];
  const b = a.map((x) => pick([x, value(), value()]));
  const operands = [words(a), words(b)];
  const unary = { field, operands: operands.slice(0, 1), flags: undefined };
  const binary = (operation: FieldOperation, twin: Twin): FieldCase => {
    const results = a.map((x, index) => residue(twin(x, b[index] ?? 0n), modulus));
    return { field, operation, operands, flags: undefined, expected: words(results) };
  };
  const flags = a.map(() => pick([0n, 1n, 2n, 2n ** 32n - 1n]));
  const negated = a.map((x, index) => residue(flags[index] === 0n ? x : -x, modulus));
  const most = 2n ** BigInt(8 * bytes) - 1n;
  const any = [most, most - 1n, modulus, modulus + 1n, 2n * modulus, 0n, 1n];
  const wide = [...any, ...Array.from({ length: RANDOM_VALUES }, () => below(most))];
  const equal = a.map((x, index) => (x === b[index] ? 1n : 0n));
  return [
    binary("Mul", (x, y) => x * y),
    binary("Add", (x, y) => x + y),
    binary("Sub", (x, y) => x - y),
    {
      ...unary,
      operation: "Sqr",
      expected: words(a.map((x) => residue(x * x, modulus))),
    },
    {
      ...unary,
      operation: "NegateWhere",
      flags: wordsOf(flags, 4),
      expected: words(negated),
    },
    { ...{ field, operands, flags: undefined }, operation: "Equal", expected: wordsOf(equal, 4) },
    {
      ...{ field, flags: undefined, operation: undefined },
      operands: [words(wide)],
      expected: words(wide.map((x) => residue(x, modulus))),
    },
  ];
};

/** Fq2 has the root i of -1. */
const quadraticCases = (modulus: bigint, bytes: number): readonly FieldCase[] => {
  const { edges, value } = fieldVectors(modulus);
  const a = [...edges, ...Array.from({ length: edges.length }, value)];
  const b = a.map(value);
  const product = (x: readonly bigint[], y: readonly bigint[]): readonly bigint[] =>
    x.map((_, index) => {
      const first = index - (index % 2);
      const [x0, x1, y0, y1] = [at(x, first), at(x, first + 1), at(y, first), at(y, first + 1)];
      return residue(index % 2 === 0 ? x0 * y0 - x1 * y1 : x0 * y1 + x1 * y0, modulus);
    });
  const common = { field: "fq2", flags: undefined } as const;
  const [left, right] = [wordsOf(a, bytes), wordsOf(b, bytes)];
  return [
    {
      ...{ ...common, operation: "Mul" },
      operands: [left, right],
      expected: wordsOf(product(a, b), bytes),
    },
    { ...common, operation: "Sqr", operands: [left], expected: wordsOf(product(a, a), bytes) },
  ];
};

const at = (values: readonly bigint[], index: number): bigint => values[index] ?? 0n;

const residue = (value: bigint, modulus: bigint): bigint => ((value % modulus) + modulus) % modulus;

const wordsOf = (values: readonly bigint[], bytes: number): Uint8Array => {
  const words = new Uint8Array(values.length * bytes);
  values.forEach((value, index) =>
    writeLittleEndian(words.subarray(index * bytes, (index + 1) * bytes), value),
  );
  return words;
};
