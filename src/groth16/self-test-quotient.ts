/** A small system of constraints, a witness, and the scalars of the H sum that follow, by BigInt and by the definition. */
import { scalarPrime, type Curve } from "../domain/circuit.ts";
import { viewOf, writeLittleEndian } from "./binfile.ts";
import { powerOf } from "./modular.ts";
import { edgesOf, FixedNumbers, wordsOf } from "./self-test-numbers.ts";
import { COEFFICIENT_BYTES, SCALAR_BYTES, type Matrices } from "./zkey.ts";

export type QuotientVector = {
  readonly matrices: Matrices;
  /** Wires, canonical, SCALAR_BYTES each. */
  readonly witness: Uint8Array<ArrayBuffer>;
  /** In the same form. */
  readonly expected: Uint8Array<ArrayBuffer>;
};

/** Domains with an even and an odd number of stages, which transforms take two at a time. */
export const QUOTIENT_SIZES = [64, 128] as const;

export const quotientVector = (curve: Curve, domainSize: number): QuotientVector => {
  const modulus = scalarPrime[curve];
  const numbers = new FixedNumbers(BigInt(domainSize));
  const edges = edgesOf(modulus);
  const wires = domainSize / 2 + edges.length;
  const witness = Array.from({ length: wires }, (_, wire) => edges[wire] ?? numbers.below(modulus));
  const entries = entriesOf({ domainSize, wires, modulus }, numbers);
  const expected = scalarsOf(entries, witness, { domainSize, modulus });
  return {
    matrices: { domainSize, wires, count: entries.length, records: recordsOf(entries, modulus) },
    witness: wordsOf(witness, SCALAR_BYTES),
    expected: wordsOf(expected, SCALAR_BYTES),
  };
};

/** A nonzero coefficient of A (0) or B (1). */
type Entry = {
  readonly matrix: 0 | 1;
  readonly row: number;
  readonly wire: number;
  readonly value: bigint;
};

type System = { readonly domainSize: number; readonly wires: number; readonly modulus: bigint };

/** Rows of 0 to 3 terms; coefficients that come often in circuits, and some of any size. */
const entriesOf = (
  { domainSize, wires, modulus }: System,
  numbers: FixedNumbers,
): readonly Entry[] => {
  const usual = [1n, modulus - 1n, 2n, modulus - 2n];
  const pick = (below: number): number => Number(numbers.below(BigInt(below)));
  const rows = Array.from({ length: 2 * domainSize }, (_, index) => index);
  return rows.flatMap((index) =>
    Array.from({ length: pick(4) }, (): Entry => {
      const matrix = index % 2 === 0 ? 0 : 1;
      const value = usual[pick(6)] ?? numbers.below(modulus);
      return { matrix, row: index >> 1, wire: pick(wires), value };
    }),
  );
};

/** As zkeys hold them: see COEFFICIENT_BYTES. */
const recordsOf = (entries: readonly Entry[], modulus: bigint): Uint8Array => {
  const records = new Uint8Array(entries.length * COEFFICIENT_BYTES);
  const view = viewOf(records);
  entries.forEach(({ matrix, row, wire, value }, index) => {
    const at = index * COEFFICIENT_BYTES;
    [matrix, row, wire].forEach((number, field) => view.setUint32(at + 4 * field, number, true));
    const word = records.subarray(at + 12, at + COEFFICIENT_BYTES);
    writeLittleEndian(word, (value << 512n) % modulus);
  });
  return records;
};

type Domain = { readonly domainSize: number; readonly modulus: bigint };

/** Values of a b - c on the coset, where a, b, c take on the domain what A.w, B.w and their product are. */
const scalarsOf = (
  entries: readonly Entry[],
  witness: readonly bigint[],
  domain: Domain,
): readonly bigint[] => {
  const { domainSize, modulus } = domain;
  const product = (matrix: 0 | 1): readonly bigint[] => {
    const values = new Array<bigint>(domainSize).fill(0n);
    for (const entry of entries) {
      if (entry.matrix !== matrix) continue;
      values[entry.row] = (values[entry.row] ?? 0n) + entry.value * (witness[entry.wire] ?? 0n);
    }
    return values.map((value) => value % modulus);
  };
  const [a, b] = [product(0), product(1)];
  const c = a.map((value, index) => (value * (b[index] ?? 0n)) % modulus);
  const [onA, onB, onC] = [a, b, c].map((values) => toCoset(values, domain));
  return (onA ?? []).map((value, index) => {
    const scalar = (value * (onB?.[index] ?? 0n) - (onC?.[index] ?? 0n)) % modulus;
    return scalar < 0n ? scalar + modulus : scalar;
  });
};

/** From a polynomial's values on the domain to those on the domain times the root of twice the order. */
const toCoset = (values: readonly bigint[], { domainSize, modulus }: Domain): readonly bigint[] => {
  const shift = rootOf(2 * domainSize, modulus);
  const root = (shift * shift) % modulus;
  const inverseOf = (value: bigint): bigint => powerOf(value, modulus - 2n, modulus);
  const coefficients = evaluate(values, inverseOf(root), modulus);
  let factor = inverseOf(BigInt(domainSize));
  const shifted = coefficients.map((coefficient) => {
    const product = (coefficient * factor) % modulus;
    factor = (factor * shift) % modulus;
    return product;
  });
  return evaluate(shifted, root, modulus);
};

/** The root of unity of this order that ffjavascript uses: a power of the smallest number that is no square. */
const rootOf = (order: number, modulus: bigint): bigint => {
  let nonSquare = 2n;
  while (powerOf(nonSquare, (modulus - 1n) / 2n, modulus) === 1n) nonSquare += 1n;
  return powerOf(nonSquare, (modulus - 1n) / BigInt(order), modulus);
};

/** A polynomial's values at the powers of `root`, whose order is the number of coefficients. */
const evaluate = (
  coefficients: readonly bigint[],
  root: bigint,
  modulus: bigint,
): readonly bigint[] => {
  if (coefficients.length === 1) return coefficients;
  const square = (root * root) % modulus;
  const half = (parity: number): readonly bigint[] =>
    evaluate(
      coefficients.filter((_, index) => index % 2 === parity),
      square,
      modulus,
    );
  const [even, odd] = [half(0), half(1)];
  let power = 1n;
  return coefficients.map((_, index) => {
    const at = index % even.length;
    const value = (even[at] ?? 0n) + power * (odd[at] ?? 0n);
    power = (power * root) % modulus;
    return value % modulus;
  });
};
