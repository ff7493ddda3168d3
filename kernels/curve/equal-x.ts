/** What a chord cannot add: pairs of one x. Slow, and only carried out when a batch holds such a pair. */
import { i32, type FunctionBuilder, type Local, type ModuleBuilder } from "../asm/index.ts";
import type { Arithmetic } from "../field/field.ts";
import type { CurveGroup } from "./group.ts";
import { pairBytes, PairReader, pairOffset, POINTER_BYTES, type PairPart } from "./pairs.ts";

const pairParts: readonly PairPart[] = ["first", "second", "slot"];

/**
 * `(list, groups, doubles)`: takes the pairs of one x out of the list, which is closed up. Opposite points get an empty
 * slot; equal points are listed at `doubles`. Gives the end of that list, where the number of groups left is written.
 */
export const emitSetApart = (module: ModuleBuilder, group: CurveGroup): FunctionBuilder =>
  module.function(
    {
      name: `${group.prefix}SetApart`,
      params: { list: "i32", groups: "i32", doubles: "i32" },
      results: ["i32"],
    },
    (f, { list, groups, doubles }) => {
      const field = group.arithmetic(f);
      const lanes = field.lanes;
      const start = f.let("start", list);
      const apart = new SetApart({ f, field, read: list, doubles });
      const end = f.let("end", i32.mul(groups, i32.const(lanes * pairBytes)));
      f.set(end, i32.add(list, end));
      f.while(
        () => i32.ltU(list, end),
        () => {
          apart.group();
          f.set(list, i32.add(list, i32.const(lanes * pairBytes)));
        },
      );
      const left = i32.sub(apart.write, start);
      f.set(groups, i32.divU(left, i32.const(lanes * pairBytes)));
      f.if(apart.filled, () => {
        f.set(doubles, i32.add(doubles, i32.const(lanes * pairBytes)));
      });
      f.do(i32.store(doubles, groups));
      f.return(doubles);
    },
  );

type Parts = {
  readonly f: FunctionBuilder;
  readonly field: Arithmetic;
  readonly read: Local<"i32">;
  readonly doubles: Local<"i32">;
};

class SetApart {
  /** Where the next group that is kept goes. */
  readonly write: Local<"i32">;
  /** Lanes of the group at `doubles` that have a pair of their own. */
  readonly filled: Local<"i32">;
  readonly #parts: Parts;
  readonly #lanes: number;
  readonly #pairs: PairReader;
  readonly #equal: Local<"i32">;
  readonly #opposite: Local<"i32">;
  readonly #good: Local<"i32">;

  constructor(parts: Parts) {
    const { f, field, read } = parts;
    this.#parts = parts;
    this.#lanes = field.lanes;
    this.#pairs = new PairReader(f, field, read);
    this.write = f.let("write", read);
    this.filled = f.let("filled", i32.const(0));
    this.#equal = f.local("i32", "equal");
    this.#opposite = f.local("i32", "opposite");
    this.#good = f.local("i32", "good");
  }

  /** Looks at one group. */
  group(): void {
    const { f } = this.#parts;
    const all = (1 << this.#lanes) - 1;
    this.#compare();
    f.if(this.#equal, () => {
      for (let lane = 0; lane < this.#lanes; lane += 1) this.#lane(lane);
    });
    f.if(i32.ne(this.#equal, i32.const(all)), () => {
      this.#keep();
    });
  }

  #compare(): void {
    const { f, field } = this.#parts;
    const [a, b] = [field.element("a"), field.element("b")];
    field.gather(a, this.#pairs.locate("first"));
    field.gather(b, this.#pairs.locate("second"));
    field.sub(a, a, b);
    f.set(this.#equal, field.zeroMask(a));
    field.gather(a, this.#pairs.first, field.bytes);
    field.negateWhere(a, this.#pairs.signs("first"));
    field.gather(b, this.#pairs.second, field.bytes);
    field.negateWhere(b, this.#pairs.signs("second"));
    field.add(a, a, b);
    f.set(this.#opposite, field.zeroMask(a));
  }

  /** Lanes that repeat lane 0 are not looked at twice. */
  #lane(lane: number): void {
    const { f } = this.#parts;
    const slot = this.#pairs.pointer("slot", lane);
    const bit = i32.const(1 << lane);
    const own = lane === 0 ? i32.const(1) : i32.ne(slot, this.#pairs.pointer("slot", 0));
    f.if(i32.and(i32.ne(i32.and(this.#equal, bit), i32.const(0)), own), () => {
      f.if(
        i32.and(this.#opposite, bit),
        () => f.do(i32.store(slot, i32.const(0))),
        () => {
          this.#double(lane);
        },
      );
    });
  }

  #double(lane: number): void {
    const { f, doubles } = this.#parts;
    f.if(
      this.filled,
      () =>
        pairParts.forEach((part) => {
          const value = this.#pairs.pointer(part, lane);
          f.do(i32.store(this.#lateLane(), value, pairOffset(this.#lanes, part, 0)));
        }),
      () => {
        for (let to = 0; to < this.#lanes; to += 1) {
          pairParts.forEach((part) => {
            const value = this.#pairs.pointer(part, lane);
            f.do(i32.store(doubles, value, pairOffset(this.#lanes, part, to)));
          });
        }
      },
    );
    f.set(this.filled, i32.and(i32.add(this.filled, i32.const(1)), i32.const(this.#lanes - 1)));
    f.if(i32.eqz(this.filled), () => {
      f.set(doubles, i32.add(doubles, i32.const(this.#lanes * pairBytes)));
    });
  }

  /** `doubles`, moved to the lane that is filled next. */
  #lateLane() {
    return i32.add(this.#parts.doubles, i32.mul(this.filled, i32.const(POINTER_BYTES)));
  }

  /** The group moves up; lanes that were set apart repeat one that was not. */
  #keep(): void {
    const { f } = this.#parts;
    const bytes = this.#lanes * pairBytes;
    const others = i32.xor(this.#equal, i32.const(-1));
    f.set(this.#good, i32.mul(i32.ctz(others), i32.const(POINTER_BYTES)));
    for (const part of pairParts) {
      const good = f.local("i32", `good.${part}`);
      f.set(
        good,
        i32.load(i32.add(this.#pairs.group, this.#good), pairOffset(this.#lanes, part, 0)),
      );
      for (let lane = 0; lane < this.#lanes; lane += 1) {
        const offset = pairOffset(this.#lanes, part, lane);
        const set = i32.and(this.#equal, i32.const(1 << lane));
        f.if(
          set,
          () => f.do(i32.store(this.write, good, offset)),
          () => f.do(i32.store(this.write, this.#pairs.pointer(part, lane), offset)),
        );
      }
    }
    f.set(this.write, i32.add(this.write, i32.const(bytes)));
  }
}
