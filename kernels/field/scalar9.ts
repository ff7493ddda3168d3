/**
 * Field arithmetic in plain WebAssembly, for engines without anything else: limbs in i64 registers, Montgomery products,
 * sums and differences without carries. 9 x 29 bits up to 256 bits, 14 x 28 above; one lane.
 */
import type { ConstantPool } from "../constants.ts";
import type { Interval } from "./bounds.ts";
import type { Field } from "./field.ts";
import { emitterOf, emitterOnce } from "./limb-code.ts";
import { wordBytesOf, type LimbShape } from "./numbers.ts";
import { ScalarCode } from "./scalar-code.ts";
import { limbShapeOf, scalarShape } from "./scalar-shape.ts";
import { limbTwins } from "./scalar-twins.ts";

export type Scalar9Options = {
  readonly modulus: bigint;
  /** Not used: on i64 an immediate costs nothing. */
  readonly pool?: ConstantPool;
  /** For tests of the interval analysis only. */
  readonly limbs?: LimbShape;
  readonly memory?: Interval;
};

/** @throws AssemblyError, when its code is emitted, if the limbs' bounds do not hold. */
export const scalar9 = ({
  modulus,
  limbs = limbShapeOf(modulus),
  memory,
}: Scalar9Options): Field => {
  const shape = scalarShape(modulus, limbs, memory);
  const bytes = Math.ceil(limbs.count / 2) * 8;
  const twins = limbTwins(shape, 4);
  return {
    ...{ kernel: "scalar9", modulus, lanes: 1 },
    bytes,
    wordBytes: wordBytesOf(modulus),
    emitter: emitterOnce((f) => emitterOf(new ScalarCode(f, shape), { lanes: 1, bytes })),
    ...twins,
    writeLane: (view, { address }, value) => twins.write(view, address, value),
    readLane: (view, { address }) => twins.read(view, address),
  };
};
