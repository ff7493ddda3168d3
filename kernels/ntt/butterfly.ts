/** Butterflies of number-theoretic transforms on elements in registers. */
import type { Element, FieldEmitter } from "../field/field.ts";

/** How one butterfly of two is emitted; a twiddle left out is 1. */
export type Butterfly = (pair: readonly [Element, Element], twiddle?: Element) => void;

/** Decimation in frequency (Gentleman-Sande): (a, b) become (a + b, (a - b) w). Inverse transforms are made of it. */
export const difButterfly = (fr: FieldEmitter, spare: Element): Butterfly => {
  return ([a, b], twiddle) => {
    fr.sub(spare, a, b);
    fr.add(a, a, b);
    if (twiddle === undefined) fr.copy(b, spare);
    else fr.mul(b, spare, twiddle);
  };
};

/** Decimation in time (Cooley-Tukey): (a, b) become (a + b w, a - b w). Forward transforms are made of it. */
export const ditButterfly = (fr: FieldEmitter, spare: Element): Butterfly => {
  return ([a, b], twiddle) => {
    if (twiddle === undefined) fr.copy(spare, b);
    else fr.mul(spare, b, twiddle);
    fr.sub(b, a, spare);
    fr.add(a, a, spare);
  };
};
