import { describe, expect, it } from "vitest";
import { i32, ModuleBuilder, type FunctionBuilder } from "../asm/index.ts";
import { createConstantPool } from "../constants.ts";
import { curveParameters } from "../curves.ts";
import { ext4 } from "./ext4.ts";
import { kernelIds, type Field, type FieldEmitter } from "./field.ts";
import { fma2 } from "./fma2.ts";
import { createField } from "./index.ts";
import { scalar9 } from "./scalar9.ts";
import { wide4 } from "./wide4.ts";
import type { MakeField } from "../testing/field-lab.ts";

const { q } = curveParameters.bn254;

/** Emits one function of field code, and so checks its bounds. */
const emit =
  (make: MakeField, body: (e: FieldEmitter, f: FunctionBuilder, field: Field) => void) =>
  (): void => {
    const module = new ModuleBuilder({ name: "m", memory: { min: 1, max: 1, shared: false } });
    const field = make({
      modulus: q,
      pool: createConstantPool(module, { start: 64, limit: 65_536 }),
    });
    module.function({ name: "body", params: {} }, (f) => body(field.emitter(f), f, field));
  };

const product = (e: FieldEmitter): void => {
  const a = e.element("a");
  e.load(a, i32.const(0));
  e.mul(a, a, a);
};

describe("a widened constant fails the build", () => {
  it.each<[string, MakeField]>([
    ["limbs of 30 bits in scalar9", (p) => scalar9({ ...p, limbs: { width: 30n, count: 9 } })],
    ["limbs of 30 bits in ext4", (p) => ext4({ ...p, limbs: { width: 30n, count: 9 } })],
    [
      "limbs of 52 bits in fma2",
      (p) => fma2({ ...p, internals: { limbs: { width: 52n, count: 5 } } }),
    ],
    ["a bias of 2^52 in fma2", (p) => fma2({ ...p, internals: { bias: 2n ** 52n } })],
    ["three words in wide4", (p) => wide4({ ...p, count: 3 })],
  ])("%s", (_what, make) => {
    expect(emit(make, product)).toThrow(/allowed is|too large/u);
  });
});

describe.each(kernelIds)("loops on %s", (kernel) => {
  const make: MakeField = (parts) => createField(kernel, parts);
  const loop = (turn: (e: FieldEmitter, a: ReturnType<FieldEmitter["element"]>) => void) =>
    emit(make, (e, f) => {
      const a = e.element("carried");
      e.one(a);
      const index = f.local("i32", "index");
      f.for(index, { from: i32.const(0), to: i32.const(9) }, () => turn(e, a));
      e.store(a, i32.const(1024));
    });

  it("may carry products", () => {
    expect(loop((e, a) => e.sqr(a, a))).not.toThrow();
  });

  it("may carry sums that are normed", () => {
    const body = loop((e, a) => {
      e.add(a, a, a);
      e.norm(a);
    });
    expect(body).not.toThrow();
  });

  it("may not carry sums that grow", () => {
    expect(loop((e, a) => e.add(a, a, a))).toThrow(/a loop leaves carried0 larger/u);
  });

  it("may leave what is always written first as it is", () => {
    const body = loop((e, a) => {
      const sum = e.element("sum");
      e.add(sum, a, a);
    });
    expect(body).not.toThrow();
  });
});

describe("an element", () => {
  const make: MakeField = (parts) => createField("scalar9", parts);

  it("is not read before it is written on every way", () => {
    const body = emit(make, (e, f) => {
      const a = e.element("late");
      f.if(i32.const(1), () => e.one(a));
      e.store(a, i32.const(0));
    });
    expect(body).toThrow("body: late0 is read where it need not have been written");
  });

  it("has the larger bound after two ways", () => {
    const body = emit(make, (e, f) => {
      const a = e.element("a");
      f.if(
        i32.const(1),
        () => e.one(a),
        () => e.constant(a, 2n),
      );
      e.store(a, i32.const(0));
    });
    expect(body).not.toThrow();
  });
});
