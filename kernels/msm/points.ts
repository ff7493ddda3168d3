/** Points in and out of a kernel's form. */
import {
  i32,
  type FunctionBuilder,
  type I32,
  type Local,
  type ModuleBuilder,
} from "../asm/index.ts";
import type { CurveGroup } from "../curve/group.ts";
import { itemAt } from "./work.ts";

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
      const [inputs, outputs] = [locals(f, "input", lanes), locals(f, "output", lanes)];
      const elements = f.let("elements", i32.mul(n, i32.const(2 * degree)));
      byLanes(f, { lanes, count: elements }, (indices) => {
        indices.forEach((index, lane) => {
          set(f, inputs[lane], i32.add(from, i32.mul(index, i32.const(wordBytes))));
          set(f, outputs[lane], i32.add(out, i32.mul(index, i32.const(bytes))));
        });
        fq.fromWords(element, inputs, { factor });
        fq.scatter(element, outputs);
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
      const [inputs, outputs] = [locals(f, "input", lanes), locals(f, "output", lanes)];
      const signs = locals(f, "sign", lanes);
      byLanes(f, { lanes, count: n }, (indices) => {
        indices.forEach((index, lane) => {
          const pointer = i32.load(itemAt(pointers, index));
          set(f, inputs[lane], i32.and(pointer, i32.const(-2)));
          set(f, signs[lane], i32.and(pointer, i32.const(1)));
          const stride = i32.const(2 * degree * wordBytes);
          set(f, outputs[lane], i32.add(out, i32.mul(index, stride)));
        });
        for (let part = 0; part < 2 * degree; part += 1) {
          fq.gather(element, inputs, part * bytes);
          if (part >= degree) fq.negateWhere(element, signs);
          fq.toWords(element, outputs, part * wordBytes);
        }
      });
    },
  );
};

const locals = (f: FunctionBuilder, name: string, count: number): readonly Local<"i32">[] =>
  Array.from({ length: count }, (_, lane) => f.local("i32", `${name}${lane}`));

const set = (f: FunctionBuilder, local: Local<"i32"> | undefined, value: I32): void => {
  if (local !== undefined) f.set(local, value);
};

type Count = { readonly lanes: number; readonly count: I32 };

/** Goes through 0 to count - 1, `lanes` at once; where too few are left, the last is repeated. */
const byLanes = (
  f: FunctionBuilder,
  { lanes, count }: Count,
  body: (indices: readonly Local<"i32">[]) => void,
): void => {
  const done = f.local("i32", "done");
  const indices = locals(f, "index", lanes);
  const last = f.let("last", i32.sub(count, i32.const(1)));
  f.for(done, { from: i32.const(0), to: count, step: lanes }, () => {
    indices.forEach((index, lane) => {
      f.set(index, i32.add(done, i32.const(lane)));
      if (lane > 0) f.if(i32.gtU(index, last), () => f.set(index, last));
    });
    body(indices);
  });
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
