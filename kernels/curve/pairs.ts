/**
 * The list that a batch addition works through: groups of `lanes` pairs. A group is `lanes` addresses of first points,
 * then of second points, then of result slots, u32 each. Bit 0 of a point's address negates it. A slot holds the address
 * that the sum is written to, which may be one of the pair's own points; a sum that is infinity sets the slot to 0 instead.
 * Lanes that have no pair of their own repeat the pair of lane 0.
 */
import { i32, type FunctionBuilder, type I32, type Local } from "../asm/index.ts";
import type { Addresses, Arithmetic } from "../field/field.ts";

export const POINTER_BYTES = 4;
export const pairBytes = 3 * POINTER_BYTES;

/** The parts of one lane's pair, as byte offsets in its group. */
export const pairOffset = (lanes: number, part: PairPart, lane: number): number =>
  POINTER_BYTES * (lanes * partIndex[part] + lane);

export type PairPart = "first" | "second" | "slot";
const partIndex: Readonly<Record<PairPart, number>> = { first: 0, second: 1, slot: 2 };

/** Reads groups: addresses, signs and results of all lanes, in locals made once. */
export class PairReader {
  readonly group: Local<"i32">;
  readonly first: readonly Local<"i32">[];
  readonly second: readonly Local<"i32">[];
  readonly sign: readonly Local<"i32">[];
  readonly #f: FunctionBuilder;
  readonly #field: Arithmetic;

  constructor(f: FunctionBuilder, field: Arithmetic, group: Local<"i32">) {
    const perLane = (name: string): readonly Local<"i32">[] =>
      Array.from({ length: field.lanes }, (_, lane) => f.local("i32", `${name}${lane}`));
    this.#f = f;
    this.#field = field;
    this.group = group;
    this.first = perLane("first");
    this.second = perLane("second");
    this.sign = perLane("sign");
  }

  get bytes(): number {
    return pairBytes * this.#field.lanes;
  }

  pointer(part: PairPart, lane: number): I32 {
    return i32.load(this.group, pairOffset(this.#field.lanes, part, lane));
  }

  /** Sets `first` or `second` to the addresses without their signs. */
  locate(part: "first" | "second"): Addresses {
    this[part].forEach((local, lane) =>
      this.#f.set(local, i32.and(this.pointer(part, lane), i32.const(-2))),
    );
    return this[part];
  }

  /** Sets `sign` to those of one part. */
  signs(part: "first" | "second"): Addresses {
    this.sign.forEach((local, lane) =>
      this.#f.set(local, i32.and(this.pointer(part, lane), i32.const(1))),
    );
    return this.sign;
  }

  /** Sets `first` to where the sums go. */
  results(): Addresses {
    this.first.forEach((local, lane) => this.#f.set(local, i32.load(this.pointer("slot", lane))));
    return this.first;
  }
}
