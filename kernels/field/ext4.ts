/** Field arithmetic in the SIMD that all browsers have: four lanes, products of 32 bits. 9 x 29 bits up to 256 bits, 14 x 28 above. */
import type { ConstantPool } from "../constants.ts";
import type { Interval } from "./bounds.ts";
import { ExtCode } from "./ext-code.ts";
import { extShape } from "./ext-shape.ts";
import type { Field } from "./field.ts";
import { emitterOf, emitterOnce } from "./limb-code.ts";
import { wordBytesOf, type LimbShape } from "./numbers.ts";
import { limbShapeOf } from "./scalar-shape.ts";
import { limbTwins } from "./scalar-twins.ts";

export type Ext4Options = {
  readonly modulus: bigint;
  readonly pool: ConstantPool;
  /** For tests of the interval analysis only. */
  readonly limbs?: LimbShape;
  readonly memory?: Interval;
};

/** @throws AssemblyError, when its code is emitted, if the limbs' bounds do not hold. */
export const ext4 = ({
  modulus,
  pool,
  limbs = limbShapeOf(modulus),
  memory,
}: Ext4Options): Field => {
  const shape = extShape(modulus, limbs, memory);
  const bytes = Math.ceil(limbs.count / 2) * 8;
  const [single, vector] = [limbTwins(shape, 4), limbTwins(shape, 16)];
  return {
    ...{ kernel: "ext4", modulus, lanes: 4, bytes },
    wordBytes: wordBytesOf(modulus),
    emitter: emitterOnce((f) => emitterOf(new ExtCode(f, shape, pool), { lanes: 4, bytes })),
    ...single,
    writeLane: (view, { address, lane }, value) => vector.write(view, address + 4 * lane, value),
    readLane: (view, { address, lane }) => vector.read(view, address + 4 * lane),
  };
};
