/** Twins of elements of 32-bit limbs in memory. */
import type { Field } from "./field.ts";
import { indices } from "./limb-code.ts";
import { fromLimbs, inverse, residue, unsignedLimbs } from "./numbers.ts";
import type { ScalarShape } from "./scalar-shape.ts";

/** Limbs lie `stride` bytes apart; the last has the sign. */
export const limbTwins = (shape: ScalarShape, stride: number): Pick<Field, "read" | "write"> => {
  const { modulus, radix, width, count } = shape;
  const fromRadix = inverse(radix, modulus);
  return {
    write: (view, address, value) => {
      unsignedLimbs(residue(value * radix, modulus), shape).forEach((limb, index) =>
        view.setUint32(address + stride * index, Number(limb), true),
      );
    },
    read: (view, address) => {
      const limbs = indices(count).map((index) => {
        const place = address + stride * index;
        const last = index === count - 1;
        return BigInt(last ? view.getInt32(place, true) : view.getUint32(place, true));
      });
      return residue(fromLimbs(limbs, width) * fromRadix, modulus);
    },
  };
};
