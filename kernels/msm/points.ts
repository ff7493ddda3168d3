/** Points in and out of a kernel's form. */
import { i32, type ModuleBuilder } from "../asm/index.ts";
import type { CurveGroup } from "../curve/group.ts";
import { POINTER_BYTES } from "../curve/pairs.ts";
import { LaneLoop } from "../field/lanes.ts";

export const emitPoints = (module: ModuleBuilder, group: CurveGroup): void => {
  emitFromZkey(module, group);
  emitPointsToWords(module, group);
};

/**
 * `${prefix}FromZkey(out, in, n)`: affine points as snarkjs keeps them, x then y, little-endian, times 2^(8 * bytes).
 * Infinity, all zeros there, does not become a point.
 */
const emitFromZkey = (module: ModuleBuilder, { prefix, field, degree }: CurveGroup): void => {
  const { bytes, lanes, wordBytes } = field;
  const factor = inverseOf(2n ** BigInt(8 * wordBytes), field.modulus);
  module.export(
    { name: `${prefix}FromZkey`, params: { out: "i32", in: "i32", n: "i32" } },
    (f, { out, in: from, n }) => {
      const fq = field.emitter(f);
      const element = fq.element("coordinate");
      const elements = f.let("elements", i32.mul(n, i32.const(2 * degree)));
      const loop = new LaneLoop(f, { lanes, count: elements });
      loop.run(() => {
        fq.fromWords(element, loop.at(from, wordBytes), { factor });
        fq.scatter(element, loop.at(out, bytes));
      });
    },
  );
};

/**
 * `${prefix}PointsToWords(out, pointers, n)`: coordinates of the points at `pointers`, none of them 0, as canonical
 * little-endian integers. Bit 0 of a pointer negates the point.
 */
const emitPointsToWords = (module: ModuleBuilder, group: CurveGroup): void => {
  const { prefix, field, degree } = group;
  const { bytes, lanes, wordBytes } = field;
  module.export(
    { name: `${prefix}PointsToWords`, params: { out: "i32", pointers: "i32", n: "i32" } },
    (f, { out, pointers, n }) => {
      const fq = field.emitter(f);
      const element = fq.element("coordinate");
      const loop = new LaneLoop(f, { lanes, count: n });
      loop.run(() => {
        const listed = loop
          .at(pointers, POINTER_BYTES)
          .map((pointer) => f.let("pointer", i32.load(pointer)));
        const inputs = listed.map((pointer) => f.let("input", i32.and(pointer, i32.const(-2))));
        const signs = listed.map((pointer) => f.let("sign", i32.and(pointer, i32.const(1))));
        const outputs = loop.at(out, 2 * degree * wordBytes);
        for (let part = 0; part < 2 * degree; part += 1) {
          fq.gather(element, inputs, part * bytes);
          if (part >= degree) fq.negateWhere(element, signs);
          fq.toWords(element, outputs, part * wordBytes);
        }
      });
    },
  );
};

/** By Fermat; the modulus is prime. */
const inverseOf = (value: bigint, modulus: bigint): bigint => {
  let [power, square] = [1n, value % modulus];
  for (let rest = modulus - 2n; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) power = (power * square) % modulus;
    square = (square * square) % modulus;
  }
  return power;
};
