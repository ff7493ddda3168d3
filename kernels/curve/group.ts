/** The two groups of a pairing curve as curve code sees them: coordinates in Fq or in Fq2, y^2 = x^3 + b. */
import { call, callVoid, i32, i64, type FunctionBuilder, type I32 } from "../asm/index.ts";
import type { ModuleBuilder } from "../asm/index.ts";
import type { Arithmetic, Field } from "../field/field.ts";
import { fq2Arithmetic } from "../tower/fq2.ts";

export type CurveGroup = {
  readonly prefix: "g1" | "g2";
  /** Fq. */
  readonly field: Field;
  /** Elements of Fq in a coordinate. */
  readonly degree: 1 | 2;
  readonly arithmetic: (f: FunctionBuilder) => Arithmetic;
  /**
   * `(at, table)`: inverts the vector at `at` where it lies, each lane for itself; 0 stays 0. `table` is room for
   * `inversionVectors` vectors of coordinates.
   */
  readonly invert: FunctionBuilder;
};

/** Room that an inversion needs, in vectors of coordinates. */
export const inversionVectors = 18;

export const pointBytes = ({ field, degree }: CurveGroup): number => 2 * degree * field.bytes;

/** G1 and G2 over one field; both share its inversion. */
export const curveGroups = (
  module: ModuleBuilder,
  field: Field,
): { readonly g1: CurveGroup; readonly g2: CurveGroup } => {
  const invert = emitInvert(module, field);
  return {
    g1: { prefix: "g1", field, degree: 1, arithmetic: (f) => field.emitter(f), invert },
    g2: {
      prefix: "g2",
      field,
      degree: 2,
      arithmetic: (f) => fq2Arithmetic(field.emitter(f)),
      invert: emitInvertFq2(module, { field, invert }),
    },
  };
};

const WINDOW = 4;
const TABLE = 1 << WINDOW;

/** Fermat: a^(q - 2), 4 bits of the exponent at a time, from a table of a^0 to a^15. */
const emitInvert = (module: ModuleBuilder, field: Field): FunctionBuilder => {
  const vector = field.lanes * field.bytes;
  const step = emitPowerStep(module, field);
  return module.function(
    { name: "fqInvert", params: { at: "i32", table: "i32" } },
    (f, { at, table }) => {
      const fq = field.emitter(f);
      const [base, power] = [fq.element("base"), fq.element("power")];
      fq.load(base, at);
      fq.one(power);
      fq.store(power, table);
      fq.store(power, at);
      const entry = f.local("i32", "entry");
      const last = i32.add(table, i32.const((TABLE - 1) * vector));
      // What goes round a loop goes through memory, so that its bound is that of memory each time.
      f.for(entry, { from: table, to: last, step: vector }, () => {
        fq.load(power, entry);
        fq.mul(power, power, base);
        fq.store(power, entry, vector);
      });
      for (const word of wordsOf(field.modulus - 2n)) {
        f.do(callVoid(step, [at, table, i64.const(word)]));
      }
    },
  );
};

/** 64 bits of the exponent: at becomes at^(2^64) * base^bits. */
const emitPowerStep = (module: ModuleBuilder, field: Field): FunctionBuilder => {
  const vector = field.lanes * field.bytes;
  return module.function(
    { name: "fqPowerStep", params: { at: "i32", table: "i32", bits: "i64" } },
    (f, { at, table, bits }) => {
      const fq = field.emitter(f);
      const [power, factor] = [fq.element("power"), fq.element("factor")];
      const left = f.let("left", i32.const(64 / WINDOW));
      const digit = f.local("i32", "digit");
      const square = f.local("i32", "square");
      f.while(
        () => left,
        () => {
          f.for(square, { from: i32.const(0), to: i32.const(WINDOW) }, () => {
            fq.load(power, at);
            fq.sqr(power, power);
            fq.store(power, at);
          });
          f.set(digit, i32.wrapI64(i64.shrU(bits, i64.const(64 - WINDOW))));
          f.set(bits, i64.shl(bits, i64.const(WINDOW)));
          f.set(digit, i32.add(table, i32.mul(digit, i32.const(vector))));
          fq.load(power, at);
          fq.load(factor, digit);
          fq.mul(power, power, factor);
          fq.store(power, at);
          f.set(left, i32.sub(left, i32.const(1)));
        },
      );
    },
  );
};

/** 64-bit words, the highest first. */
const wordsOf = (value: bigint): readonly bigint[] => {
  const words: bigint[] = [];
  for (let rest = value; rest > 0n; rest >>= 64n) words.unshift(BigInt.asUintN(64, rest));
  return words;
};

/** 1 / (c0 + c1 u) = (c0 - c1 u) / (c0^2 + c1^2) */
const emitInvertFq2 = (
  module: ModuleBuilder,
  { field, invert }: { readonly field: Field; readonly invert: FunctionBuilder },
): FunctionBuilder => {
  const vector = field.lanes * field.bytes;
  return module.function(
    { name: "fq2Invert", params: { at: "i32", table: "i32" } },
    (f, { at, table }) => {
      const fq = field.emitter(f);
      const [part, other, norm] = [fq.element("part"), fq.element("other"), fq.element("norm")];
      fq.load(part, at);
      fq.sqr(norm, part);
      fq.load(part, at, vector);
      fq.sqr(other, part);
      fq.add(norm, norm, other);
      // The norm lies in front of the table of its own inversion.
      fq.store(norm, table);
      f.do(callVoid(invert, [table, i32.add(table, i32.const(vector))]));
      fq.load(norm, table);
      fq.load(part, at);
      fq.mul(part, part, norm);
      fq.store(part, at);
      fq.load(part, at, vector);
      fq.mul(part, part, norm);
      fq.constant(other, 0n);
      fq.sub(part, other, part);
      fq.store(part, at, vector);
    },
  );
};

/** A call that gives an i32. */
export const callI32 = (callee: FunctionBuilder, args: readonly I32[]): I32 =>
  call(callee, "i32", args);
