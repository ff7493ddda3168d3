/** Field arithmetic on words of 64 bits, for engines with wide arithmetic: 4 words up to 256 bits, 6 above; one lane. */
import type { ConstantPool } from "../constants.ts";
import type { Interval } from "./bounds.ts";
import type { Field } from "./field.ts";
import { emitterOf, emitterOnce, indices } from "./limb-code.ts";
import { fromLimbs, inverse, residue, unsignedLimbs, wordBytesOf } from "./numbers.ts";
import { WideCode } from "./wide-code.ts";
import { wideShape } from "./wide-shape.ts";

export type Wide4Options = {
  readonly modulus: bigint;
  /** Not used: on i64 an immediate costs nothing. */
  readonly pool?: ConstantPool;
  /** For tests of the interval analysis only. */
  readonly count?: number;
  readonly memory?: Interval;
};

/** @throws AssemblyError, when its code is emitted, if the bounds do not hold. */
export const wide4 = ({
  modulus,
  count = wordBytesOf(modulus) / 8,
  memory,
}: Wide4Options): Field => {
  const shape = wideShape(modulus, count, memory);
  const bytes = 8 * count;
  const twins = twinsOf(shape.radix, modulus, count);
  return {
    ...{ kernel: "wide4", modulus, lanes: 1, bytes },
    wordBytes: wordBytesOf(modulus),
    emitter: emitterOnce((f) => emitterOf(new WideCode(f, shape), { lanes: 1, bytes })),
    ...twins,
    writeLane: (view, { address }, value) => twins.write(view, address, value),
    readLane: (view, { address }) => twins.read(view, address),
  };
};

const twinsOf = (radix: bigint, modulus: bigint, count: number): Pick<Field, "read" | "write"> => {
  const fromRadix = inverse(radix, modulus);
  const shape = { width: 64n, count };
  return {
    write: (view, address, value) => {
      unsignedLimbs(residue(value * radix, modulus), shape).forEach((limb, index) =>
        view.setBigUint64(address + 8 * index, limb, true),
      );
    },
    read: (view, address) => {
      const limbs = indices(count).map((index) => view.getBigUint64(address + 8 * index, true));
      return residue(fromLimbs(limbs, 64n) * fromRadix, modulus);
    },
  };
};
