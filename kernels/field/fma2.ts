/**
 * Field arithmetic by fused multiply-add of relaxed SIMD: two lanes, f64 limbs. Exact only where `f64x2.relaxed_madd` is
 * fused: the engine probes that before it uses a module of this kernel.
 */
import type { ConstantPool } from "../constants.ts";
import type { Field, LaneAddress } from "./field.ts";
import { FmaCode } from "./fma-code.ts";
import { fmaConstants } from "./fma-constants.ts";
import { fmaShape, type FmaInternals, type FmaShape } from "./fma-shape.ts";
import { emitterOf, emitterOnce, indices } from "./limb-code.ts";
import { balanced, fromLimbs, inverse, residue, signedLimbs, wordBytesOf } from "./numbers.ts";

export type Fma2Options = {
  readonly modulus: bigint;
  readonly pool: ConstantPool;
  /** For tests of the interval analysis only. */
  readonly internals?: FmaInternals;
};

/** @throws AssemblyError, when its code is emitted, if the limbs' bounds do not hold. */
export const fma2 = ({ modulus, pool, internals }: Fma2Options): Field => {
  const shape = fmaShape(modulus, internals);
  const bytes = 8 * shape.count;
  const { write, read } = twinsOf(shape);
  const vector = 2 * 8;
  return {
    ...{ kernel: "fma2", modulus, lanes: 2, bytes },
    wordBytes: wordBytesOf(modulus),
    emitter: emitterOnce((f) => {
      const constants = fmaConstants(pool, shape);
      return emitterOf(new FmaCode(f, { shape, constants }), { lanes: 2, bytes });
    }),
    write: (view, address, value) => write(view, { address, stride: 8 }, value),
    read: (view, address) => read(view, { address, stride: 8 }),
    writeLane: (view, at, value) => write(view, { address: laneOf(at), stride: vector }, value),
    readLane: (view, at) => read(view, { address: laneOf(at), stride: vector }),
  };
};

const laneOf = ({ address, lane }: LaneAddress): number => address + 8 * lane;

type Place = { readonly address: number; readonly stride: number };

const twinsOf = (shape: FmaShape) => {
  const { modulus, radix, width, count } = shape;
  const fromRadix = inverse(radix, modulus);
  return {
    write: (view: DataView, { address, stride }: Place, value: bigint): void => {
      signedLimbs(balanced(value * radix, modulus), shape).forEach((limb, index) =>
        view.setFloat64(address + stride * index, Number(limb), true),
      );
    },
    read: (view: DataView, { address, stride }: Place): bigint => {
      const limbs = indices(count).map((index) =>
        BigInt(view.getFloat64(address + stride * index, true)),
      );
      return residue(fromLimbs(limbs, width) * fromRadix, modulus);
    },
  };
};
