import { describe, expect, it } from "vitest";
import { i32 } from "../asm/index.ts";
import { curveParameters } from "../curves.ts";
import type { Element, FieldEmitter } from "./field.ts";
import { ext4 } from "./ext4.ts";
import { fma2 } from "./fma2.ts";
import { inverse, residue } from "./numbers.ts";
import { scalar9 } from "./scalar9.ts";
import {
  buildLab,
  IN,
  OUT,
  readWords,
  STRIDE,
  writeWords,
  type Lab,
  type MakeField,
  type Program,
} from "../testing/field-lab.ts";
import { fieldVectors, type FieldVectors } from "../testing/field-vectors.ts";
import { wide4 } from "./wide4.ts";

const { bn254, bls12381 } = curveParameters;
const moduli: Readonly<Record<string, bigint>> = {
  "BN254 Fq": bn254.q,
  "BN254 Fr": bn254.r,
  "BLS12-381 Fq": bls12381.q,
  "BLS12-381 Fr": bls12381.r,
};
const kernels: Readonly<Record<string, MakeField>> = { scalar9, fma2, ext4, wide4 };

/** Whether this engine has the kernel's instructions. */
const isKnown = (make: MakeField, modulus: bigint): boolean =>
  WebAssembly.validate(
    buildLab(make, modulus, { operands: 1, program: (e, [a]) => (a && e.sqr(a, a), {}) }).bytes,
  );

type Twin = (operands: readonly bigint[]) => readonly bigint[];
const lanesOf = (lab: Lab, values: () => bigint): readonly bigint[] =>
  Array.from({ length: lab.field.lanes }, values);
const check = (lab: Lab, twin: Twin, inputs: readonly (readonly bigint[])[]): void => {
  const { outputs } = lab.run(inputs);
  for (let lane = 0; lane < lab.field.lanes; lane += 1) {
    const operands = inputs.map((lanes) => lanes[lane] ?? 0n);
    const wanted = twin(operands).map((value) => residue(value, lab.field.modulus));
    expect(outputs.map((lanes) => lanes[lane])).toEqual(wanted);
  }
};

const binary =
  (
    how: (emitter: FieldEmitter, into: Element, operands: readonly [Element, Element]) => void,
  ): Program =>
  (emitter, [a, b]) => {
    const into = emitter.element("into");
    if (a !== undefined && b !== undefined) how(emitter, into, [a, b]);
    return { elements: [into] };
  };

/** A straight line of random operations on four elements, and the same in BigInt. */
const randomProgram = (
  length: number,
  pick: FieldVectors["pick"],
): { program: Program; twin: Twin } => {
  const steps = Array.from({ length }, () => ({
    operation: pick(["mul", "mul", "sqr", "add", "sub", "add", "sub", "norm", "copy"] as const),
    into: pick([0, 1, 2, 3]),
    a: pick([0, 1, 2, 3]),
    b: pick([0, 1, 2, 3]),
  }));
  const program: Program = (emitter, elements) => {
    for (const { operation, ...places } of steps) {
      const [into, a, b] = [places.into, places.a, places.b].map((place) => elements[place]) as [
        Element,
        Element,
        Element,
      ];
      if (operation === "norm") emitter.norm(into);
      else if (operation === "sqr" || operation === "copy") emitter[operation](into, a);
      else emitter[operation](into, a, b);
    }
    return { elements };
  };
  const results = { mul: (a: bigint, b: bigint) => a * b, add: (a: bigint, b: bigint) => a + b };
  const twin =
    (modulus: bigint) =>
    (operands: readonly bigint[]): readonly bigint[] => {
      const values = [...operands];
      for (const { operation, into, a, b } of steps) {
        const [x = 0n, y = 0n] = [values[a], values[b]];
        const given = {
          ...{ mul: results.mul(x, y), sqr: x * x, add: results.add(x, y), sub: x - y },
          ...{ norm: values[into] ?? 0n, copy: x },
        };
        values[into] = residue(given[operation], modulus);
      }
      return values;
    };
  return { program, twin: (operands) => twin(programModulus)(operands) };
};
let programModulus = 1n;

const cases = Object.entries(kernels).flatMap(([kernel, make]) =>
  Object.entries(moduli).map(([name, modulus]) => ({ kernel, make, name, modulus })),
);

const [known, unknown] = [true, false].map((wanted) =>
  cases.filter(({ make, modulus }) => isKnown(make, modulus) === wanted),
) as [typeof cases, typeof cases];

describe.each(unknown)("$kernel, $name", () => {
  it.skip("is not known to this engine", () => undefined);
});

describe.each(known)("$kernel, $name", ({ make, modulus }) => {
  const { value, below, pick } = fieldVectors(modulus);

  // Single operations on all edges: exports.test.ts.
  it.each<[string, Program, Twin]>([
    ["multiplies", binary((e, into, [a, b]) => e.mul(into, a, b)), ([a = 0n, b = 0n]) => [a * b]],
    [
      "multiplies sums of sums by differences",
      binary((e, into, [a, b]) => {
        const sum = e.element("sum");
        e.add(sum, a, b);
        e.add(sum, sum, sum);
        e.sub(into, a, b);
        e.mul(into, sum, into);
      }),
      ([a = 0n, b = 0n]) => [2n * (a + b) * (a - b)],
    ],
    [
      "knows constants",
      binary((e, into, [a, b]) => {
        e.constant(into, modulus - 3n);
        e.mul(into, into, a);
        e.one(b);
        e.add(into, into, b);
      }),
      ([a = 0n]) => [-3n * a + 1n],
    ],
  ])("%s", (_what, program, twin) => {
    const lab = buildLab(make, modulus, { operands: 2, program });
    for (let round = 0; round < 24; round += 1) {
      check(lab, twin, [lanesOf(lab, value), lanesOf(lab, value)]);
    }
  });

  it("carries out random programs as BigInt does", () => {
    programModulus = modulus;
    for (let round = 0; round < 4; round += 1) {
      const { program, twin } = randomProgram(14, pick);
      const lab = buildLab(make, modulus, { operands: 4, program });
      for (let run = 0; run < 12; run += 1) {
        const inputs = Array.from({ length: 4 }, () => lanesOf(lab, value));
        check(lab, twin, inputs);
      }
    }
  });

  it.each<[string, Program, Twin]>([
    [
      "as it is",
      (e, [a]) => ({ mask: a && e.zeroMask(a) }) as ReturnType<Program>,
      ([a = 0n]) => [a],
    ],
    [
      "as a difference",
      (e, [a, b]) => {
        if (a === undefined || b === undefined) return {};
        e.sub(a, a, b);
        return { mask: e.zeroMask(a) };
      },
      ([a = 0n, b = 0n]) => [a - b],
    ],
    [
      "as a product of sums",
      (e, [a, b]) => {
        if (a === undefined || b === undefined) return {};
        e.add(b, b, b);
        e.mul(a, a, b);
        e.add(a, a, a);
        return { mask: e.zeroMask(a) };
      },
      ([a = 0n, b = 0n]) => [4n * a * b],
    ],
  ])("sees 0 %s", (_what, program, twin) => {
    const lab = buildLab(make, modulus, { operands: 2, program });
    for (let round = 0; round < 12; round += 1) {
      const a = lanesOf(lab, () => pick([0n, value()]));
      const b = a.map((x) => pick([x, x, value()]));
      const zeros = a.map((x, lane) =>
        residue(twin([x, b[lane] ?? 0n])[0] ?? 0n, modulus) === 0n ? 1 : 0,
      );
      const mask = zeros.reduce<number>((all, bit, lane) => all | (bit << lane), 0);
      expect(lab.run([a, b]).mask).toBe(mask);
    }
  });

  it("reads any words and writes canonical ones", () => {
    const factor = inverse(2n ** 256n, modulus);
    const program: Program = (e) => {
      const a = e.element("a");
      const at = (base: number) =>
        Array.from({ length: e.lanes }, (_, lane) => i32.const(base + 48 * lane));
      e.fromWords(a, at(IN), { factor, offset: 16 });
      e.toWords(a, at(OUT + STRIDE), 8);
      return { elements: [a] };
    };
    const lab = buildLab(make, modulus, { operands: 0, program });
    const { field, view } = lab;
    const bytes = field.wordBytes;
    const all = 2n ** BigInt(8 * bytes) - 1n;
    const wide = [
      all,
      all - 1n,
      modulus,
      2n * modulus,
      modulus + 1n,
      modulus - 1n,
      0n,
      1n,
      2n ** 255n,
    ];
    for (let round = 0; round < 12; round += 1) {
      const words = lanesOf(lab, () => pick([...wide, value(), below(all)]));
      words.forEach((x, lane) => writeWords(view, IN + 16 + 48 * lane, { value: x, bytes }));
      const wanted = words.map((x) => residue(x * factor, modulus));
      expect(lab.run([]).outputs[0]).toEqual(wanted);
      const written = words.map((_, lane) => readWords(view, OUT + STRIDE + 8 + 48 * lane, bytes));
      expect(written).toEqual(wanted);
    }
  });

  it("gathers, scatters and broadcasts elements that lie each for itself", () => {
    const program: Program = (e) => {
      const [a, b] = [e.element("a"), e.element("b")];
      const at = (base: number) =>
        Array.from({ length: e.lanes }, (_, lane) => i32.const(base + 2 * e.bytes * lane));
      e.gather(a, at(IN), 8);
      e.broadcast(b, i32.const(IN), 8);
      e.add(a, a, b);
      e.scatter(a, at(OUT), 16);
      return {};
    };
    const lab = buildLab(make, modulus, { operands: 0, program });
    const { field, view } = lab;
    for (let round = 0; round < 8; round += 1) {
      const inputs = lanesOf(lab, value);
      inputs.forEach((x, lane) => field.write(view, IN + 8 + 2 * field.bytes * lane, x));
      lab.run([]);
      inputs.forEach((x, lane) => {
        const given = field.read(view, OUT + 16 + 2 * field.bytes * lane);
        expect(given).toBe(residue(x + (inputs[0] ?? 0n), modulus));
      });
    }
  });
});
