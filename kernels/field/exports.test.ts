import { describe, expect, it } from "vitest";
import { curveParameters } from "../curves.ts";
import type { FieldExports } from "../layout.ts";
import { callOnArrays, openField, type Column } from "../testing/field-exports.ts";
import { fieldVectors } from "../testing/field-vectors.ts";
import { kernelIds } from "./field.ts";
import { residue } from "./numbers.ts";

const { bn254, bls12381 } = curveParameters;
const moduli = {
  "BN254 Fq": bn254.q,
  "BN254 Fr": bn254.r,
  "BLS12-381 Fq": bls12381.q,
  "BLS12-381 Fr": bls12381.r,
} as const;

const cases = kernelIds.flatMap((kernel) =>
  Object.entries(moduli).map(([name, modulus]) => ({ kernel, name, modulus })),
);

/** Of every edge at least, and in every lane. */
const COUNT = 300;

const elements = (values: readonly bigint[]): Column => ({ kind: "element", values });

describe.each(cases)("exported arithmetic of $kernel on $name", ({ kernel, modulus }) => {
  const open = openField(kernel, modulus);
  if (open === undefined) {
    it.skip("is not known to this engine", () => undefined);
    return;
  }
  const { edges, value, below, pick } = fieldVectors(modulus);
  const values = (count: number): readonly bigint[] => Array.from({ length: count }, value);
  const canonical = (value: bigint): bigint => residue(value, modulus);

  it.each<[keyof FieldExports, (a: bigint, b: bigint) => bigint]>([
    ["fqMul", (a, b) => a * b],
    ["fqAdd", (a, b) => a + b],
    ["fqSub", (a, b) => a - b],
  ])("%s", (name, twin) => {
    for (const count of [1, 2, 3, 5, COUNT]) {
      const a = [...edges, ...values(COUNT)].slice(0, count);
      const b = values(count);
      const inputs = [elements(a), elements(b)];
      const wanted = a.map((x, index) => canonical(twin(x, b[index] ?? 0n)));
      expect(callOnArrays(open, name, { inputs, out: "element" })).toEqual(wanted);
    }
  });

  it("fqSqr", () => {
    const a = [...edges, ...values(COUNT)];
    const squares = callOnArrays(open, "fqSqr", { inputs: [elements(a)], out: "element" });
    expect(squares).toEqual(a.map((x) => canonical(x * x)));
  });

  it("fqNegateWhere", () => {
    const a = values(COUNT);
    const flags = a.map(() => pick([0n, 1n, 2n, 2n ** 32n - 1n]));
    const inputs = [elements(a), { kind: "flag", values: flags } as const];
    const wanted = a.map((x, index) => (flags[index] === 0n ? x : canonical(-x)));
    expect(callOnArrays(open, "fqNegateWhere", { inputs, out: "element" })).toEqual(wanted);
  });

  it("fqEqual", () => {
    const a = values(COUNT);
    const b = a.map((x) => pick([x, x, canonical(x + 1n), value()]));
    const wanted = a.map((x, index) => (x === b[index] ? 1n : 0n));
    const inputs = [elements(a), elements(b)];
    expect(callOnArrays(open, "fqEqual", { inputs, out: "flag" })).toEqual(wanted);
  });

  it("fqFromWords of any integers, fqToWords of canonical ones", () => {
    const most = 2n ** BigInt(8 * open.field.wordBytes) - 1n;
    const near = [most, most - 1n, modulus, 2n * modulus, modulus + 1n, modulus - 1n, 0n, 1n];
    const words = [...near, ...edges, ...Array.from({ length: COUNT }, () => below(most))];
    const inputs = [{ kind: "words", values: words } as const];
    const read = callOnArrays(open, "fqFromWords", { inputs, out: "element" });
    expect(read).toEqual(words.map(canonical));
    const written = callOnArrays(open, "fqToWords", { inputs: [elements(read)], out: "words" });
    expect(written).toEqual(words.map(canonical));
  });

  it("fqMulVectors", () => {
    const { field, view, exports } = open;
    const { lanes, bytes } = field;
    const [factorAt, vectorsAt, vectors, rounds] = [65_536, 131_072, 3, 5];
    const factor = value();
    const items = values(vectors * lanes).map((given, index) => {
      const address = vectorsAt + Math.floor(index / lanes) * lanes * bytes;
      return { given, at: { address, lane: index % lanes } };
    });
    field.write(view, factorAt, factor);
    for (const { given, at } of items) field.writeLane(view, at, given);
    exports.fqMulVectors(vectorsAt, vectors, factorAt, rounds);
    const wanted = items.map(({ given }) => canonical(given * factor ** BigInt(rounds)));
    expect(items.map(({ at }) => field.readLane(view, at))).toEqual(wanted);
  });

  it("fq2Mul and fq2Sqr", () => {
    const a = [...edges, ...edges];
    const b = values(a.length);
    const twin = (x: readonly bigint[], y: readonly bigint[]): readonly bigint[] =>
      x.map((_, index) => {
        const [x0 = 0n, x1 = 0n] = x.slice(index - (index % 2));
        const [y0 = 0n, y1 = 0n] = y.slice(index - (index % 2));
        return canonical(index % 2 === 0 ? x0 * y0 - x1 * y1 : x0 * y1 + x1 * y0);
      });
    const inputs = [elements(a), elements(b)];
    expect(callOnArrays(open, "fq2Mul", { inputs, out: "element" })).toEqual(twin(a, b));
    const squares = callOnArrays(open, "fq2Sqr", { inputs: [elements(a)], out: "element" });
    expect(squares).toEqual(twin(a, a));
  });
});
