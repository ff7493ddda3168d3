/** Arrays of any length, as many items at once as there are lanes. */
import { i32, type FunctionBuilder, type I32, type Local } from "../asm/index.ts";
import type { Addresses } from "./field.ts";
import { indices } from "./limb-code.ts";

type Range = { readonly lanes: number; readonly count: I32 };

/** A loop over 0 to count - 1 in which each lane has an index of its own; where too few are left, the last is repeated. */
export class LaneLoop {
  readonly #f: FunctionBuilder;
  readonly #count: I32;
  readonly #indices: readonly Local<"i32">[];

  constructor(f: FunctionBuilder, { lanes, count }: Range) {
    this.#f = f;
    this.#count = count;
    this.#indices = indices(lanes).map((lane) => f.local("i32", `index${lane}`));
  }

  run(body: () => void): void {
    const f = this.#f;
    const first = f.local("i32", "first");
    const last = f.let("last", i32.sub(this.#count, i32.const(1)));
    f.for(first, { from: i32.const(0), to: this.#count, step: this.#indices.length }, () => {
      this.#indices.forEach((index, lane) => {
        f.set(index, i32.add(first, i32.const(lane)));
        if (lane > 0) f.if(i32.gtU(index, last), () => f.set(index, last));
      });
      body();
    });
  }

  /** Where the items at hand, of `bytes` bytes each, lie in an array. */
  at(base: I32, bytes: number): Addresses {
    return this.#indices.map((index) =>
      this.#f.let("item", i32.add(base, i32.mul(index, i32.const(bytes)))),
    );
  }
}
