/**
 * The stages of a transform that cross lanes. Lane k of vector v is element v + k vectors, so the stages over the largest
 * distances combine the lanes of one vector. Here `lanes` vectors are turned into `lanes` rows, row k being lane k of all of
 * them: between rows, those stages are arithmetic on vectors again. Elements change place through a scratch square in
 * memory, since how a vector keeps its lanes is the field's own affair.
 */
import { i32, type FunctionBuilder, type I32, type Local } from "../asm/index.ts";
import type { Addresses, Element, Field, FieldEmitter } from "../field/field.ts";
import { difButterfly, ditButterfly, type Butterfly } from "./butterfly.ts";

type Pointer = Local<"i32">;

/** What a function that crosses lanes is given, by name. */
export const crossingParams = {
  twiddles: "i32",
  /** `lanes` x `lanes` elements. */
  scratch: "i32",
  /** Vectors of the whole transform. */
  vectors: "i32",
  /** Vectors from here below `to`. */
  from: "i32",
  to: "i32",
} as const;
export type CrossingParams = { readonly [Name in keyof typeof crossingParams]: Pointer };

/** Code of one function that crosses lanes. */
export class Crossing {
  readonly emitter: FieldEmitter;
  readonly #f: FunctionBuilder;
  readonly #lanes: readonly number[];
  readonly #bytes: number;
  readonly #params: CrossingParams;
  /** For each of the vectors at hand its number; beyond the last vector, the last again. */
  readonly #numbers: readonly Pointer[];
  /** Bytes of a row of the transform: of as many elements as it has vectors. */
  readonly #rowBytes: Pointer;
  readonly #pointers: readonly Pointer[];
  readonly #columns: readonly Pointer[];
  readonly #places: readonly Pointer[];
  readonly #twiddle: Element;
  readonly #spare: Element;

  constructor(f: FunctionBuilder, fr: Field, params: CrossingParams) {
    this.emitter = fr.emitter(f);
    this.#f = f;
    this.#params = params;
    this.#lanes = Array.from({ length: fr.lanes }, (_, lane) => lane);
    this.#bytes = fr.bytes;
    const pointers = (name: string) => this.#lanes.map((lane) => f.local("i32", `${name}${lane}`));
    this.#numbers = pointers("number");
    this.#pointers = pointers("pointer");
    this.#rowBytes = f.let("rowBytes", i32.mul(params.vectors, i32.const(fr.bytes)));
    const scratch = (step: number) => (lane: number) =>
      f.let("place", i32.add(params.scratch, i32.const(lane * step)));
    this.#places = this.#lanes.map(scratch(fr.bytes));
    this.#columns = this.#lanes.map(scratch(fr.lanes * fr.bytes));
    this.#twiddle = this.emitter.element("twiddle");
    this.#spare = this.emitter.element("spare");
  }

  rows(name: string): readonly Element[] {
    return this.#lanes.map((lane) => this.emitter.element(`${name}${lane}`));
  }

  /** Carries out `body` for each `lanes` vectors of the range. */
  each(body: () => void): void {
    const { from, to, vectors } = this.#params;
    const first = this.#f.local("i32", "first");
    this.#f.for(first, { from, to, step: this.#lanes.length }, () => {
      this.#numbers.forEach((number, lane) => {
        this.#f.set(number, i32.add(first, i32.const(lane)));
        this.#f.if(i32.geU(number, vectors), () => {
          this.#f.set(number, i32.sub(vectors, i32.const(1)));
        });
      });
      body();
    });
  }

  /** Addresses of row `row`'s items in an array of the transform's items in their order, `bytes` each. */
  itemsOf(row: number, base: I32, bytes = this.#bytes): Addresses {
    const { vectors } = this.#params;
    return this.#pointers.map((pointer, lane) => {
      const number = this.#numberOf(lane);
      const index = i32.add(number, i32.mul(vectors, i32.const(row)));
      this.#f.set(pointer, i32.add(base, i32.mul(index, i32.const(bytes))));
      return pointer;
    });
  }

  /** Rows to the vectors at hand, in an array of vectors. */
  store(rows: readonly Element[], base: I32): void {
    const { emitter } = this;
    const [only] = rows;
    if (only !== undefined && rows.length === 1) {
      emitter.store(only, this.#vectorAt(base, 0));
      return;
    }
    rows.forEach((row, lane) => emitter.scatter(row, this.#columns, lane * this.#bytes));
    this.#lanes.forEach((vector) => {
      emitter.gather(this.#spare, this.#places, vector * this.#vectorBytes);
      emitter.store(this.#spare, this.#vectorAt(base, vector));
    });
  }

  /** Rows from the vectors at hand. */
  load(rows: readonly Element[], base: I32): void {
    const { emitter } = this;
    const [only] = rows;
    if (only !== undefined && rows.length === 1) {
      emitter.load(only, this.#vectorAt(base, 0));
      return;
    }
    this.#lanes.forEach((vector) => {
      emitter.load(this.#spare, this.#vectorAt(base, vector));
      emitter.scatter(this.#spare, this.#places, vector * this.#vectorBytes);
    });
    rows.forEach((row, lane) => emitter.gather(row, this.#columns, lane * this.#bytes));
  }

  /** The first stages of an inverse transform. */
  dif(rows: readonly Element[]): void {
    const butterfly = difButterfly(this.emitter, this.#spare);
    for (let half = rows.length / 2; half >= 1; half /= 2) this.#stage(rows, half, butterfly);
  }

  /** The last stages of a forward transform. */
  dit(rows: readonly Element[]): void {
    const butterfly = ditButterfly(this.emitter, this.#spare);
    for (let half = 1; half < rows.length; half *= 2) this.#stage(rows, half, butterfly);
  }

  #stage(rows: readonly Element[], half: number, butterfly: Butterfly): void {
    for (let within = 0; within < half; within += 1) {
      const at = this.itemsOf(half + within, this.#params.twiddles);
      this.emitter.gather(this.#twiddle, at);
      for (let row = within; row < rows.length; row += 2 * half) {
        const [a, b] = [rows[row], rows[row + half]];
        if (a !== undefined && b !== undefined) butterfly([a, b], this.#twiddle);
      }
    }
  }

  get #vectorBytes(): number {
    return this.#lanes.length * this.#bytes;
  }

  #vectorAt(base: I32, lane: number): I32 {
    const [pointer = this.#numberOf(lane)] = this.#pointers;
    const offset = i32.mul(this.#numberOf(lane), i32.const(this.#vectorBytes));
    this.#f.set(pointer, i32.add(base, offset));
    return pointer;
  }

  #numberOf(lane: number): Pointer {
    return this.#numbers[lane] ?? this.#rowBytes;
  }
}
