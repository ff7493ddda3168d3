/** Products of limbs, in the order in which they are summed. */
import { at } from "./bounds.ts";

/** A product and the column that it is summed in. */
export type Product<Limb> = { readonly column: number; readonly a: Limb; readonly b: Limb };

/** Row k has no column below k, and rows after it none up to k. */
export type Rows<Limb> = readonly (readonly Product<Limb>[])[];

export const rowsOfProduct = <Limb>(a: readonly Limb[], b: readonly Limb[]): Rows<Limb> =>
  a.map((x, row) => b.map((y, index) => ({ column: row + index, a: x, b: y })));

/** `doubled` has twice the limbs of `a`. */
export const rowsOfSquare = <Limb>(a: readonly Limb[], doubled: readonly Limb[]): Rows<Limb> =>
  a.map((x, row) =>
    a.slice(row).map((y, index) => ({
      column: 2 * row + index,
      a: x,
      b: index === 0 ? y : at(doubled, row + index),
    })),
  );
