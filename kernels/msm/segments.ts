/**
 * Sums of many short lists of points, all at once: in each round the neighbours of every list are added in pairs, until
 * each list is one point long. Sums that are infinity leave an item 0, which the next round closes up.
 */
import {
  callVoid,
  i32,
  type FunctionBuilder,
  type I32,
  type Local,
  type ModuleBuilder,
} from "../asm/index.ts";
import { pointBytes, type CurveGroup } from "../curve/group.ts";
import { pairBytes, pairOffset, POINTER_BYTES } from "../curve/pairs.ts";
import { get, itemAt, put } from "./work.ts";

/**
 * `${prefix}Sum(work, budget)`: goes on until about `budget` pairs are added; gives 0 when each list has one item at most.
 */
export const emitSum = (
  module: ModuleBuilder,
  group: CurveGroup,
  batchAdd: FunctionBuilder,
): void => {
  const flush = emitFlush(module, group, batchAdd);
  const halve = emitHalve(module, group, flush);
  module.export(
    {
      name: `${group.prefix}Sum`,
      params: { work: "i32", budget: "i32" },
      results: ["i32"],
    },
    (f, { work, budget }) => {
      const segment = f.let("segment", get(work, "segment"));
      const segments = f.let("segments", get(work, "segments"));
      const length = f.local("i32", "length");
      f.loop((round) => {
        f.while(
          () => i32.ltU(segment, segments),
          () => {
            f.set(length, i32.load(itemAt(get(work, "lengths"), segment)));
            f.if(i32.gtU(length, i32.const(1)), () => {
              f.do(callVoid(halve, [work, segment]));
              f.set(budget, i32.sub(budget, i32.shrU(length, i32.const(1))));
            });
            f.set(segment, i32.add(segment, i32.const(1)));
            f.if(i32.ltS(budget, i32.const(1)), () => {
              f.do(put(work, "segment", segment));
              f.return(i32.const(1));
            });
          },
        );
        f.do(callVoid(flush, [work]));
        f.set(length, get(work, "longest"));
        f.do(put(work, "longest", i32.const(0)));
        f.set(segment, i32.const(0));
        f.branchIf(i32.gtU(length, i32.const(1)), round);
      });
      f.do(put(work, "segment", segment));
      f.return(i32.const(0));
    },
  );
};

/** Adds the pairs that are listed; lanes without a pair repeat lane 0. */
const emitFlush = (
  module: ModuleBuilder,
  group: CurveGroup,
  batchAdd: FunctionBuilder,
): FunctionBuilder => {
  const { lanes } = group.field;
  return module.function(
    { name: `${group.prefix}Flush`, params: { work: "i32" } },
    (f, { work }) => {
      const pairs = f.let("pairs", get(work, "pairs"));
      const list = f.let("list", get(work, "list"));
      f.if(i32.eqz(pairs), () => f.return());
      const last = f.let("last", groupOf({ list, pairs, lanes }));
      const repeated = f.let("repeated", i32.and(pairs, i32.const(lanes - 1)));
      f.if(repeated, () => {
        f.while(
          () => i32.ltU(repeated, i32.const(lanes)),
          () => {
            for (const part of ["first", "second", "slot"] as const) {
              const from = pairOffset(lanes, part, 0);
              f.do(i32.store(itemAt(last, repeated), i32.load(last, from), from));
            }
            f.set(repeated, i32.add(repeated, i32.const(1)));
          },
        );
        f.set(pairs, i32.add(pairs, i32.const(lanes - 1)));
      });
      const groups = i32.shrU(pairs, i32.const(Math.log2(lanes)));
      f.do(put(work, "pairs", i32.const(0)));
      f.do(callVoid(batchAdd, [list, groups, get(work, "scratch")]));
    },
  );
};

type ListPosition = { readonly list: I32; readonly pairs: I32; readonly lanes: number };

/** The address of the group that pair number `pairs` belongs to. */
const groupOf = ({ list, pairs, lanes }: ListPosition): I32 =>
  i32.add(
    list,
    i32.mul(i32.shrU(pairs, i32.const(Math.log2(lanes))), i32.const(lanes * pairBytes)),
  );

/** `(work, segment)`: lists the pairs of one list of points, which is half as long after it. */
const emitHalve = (
  module: ModuleBuilder,
  group: CurveGroup,
  flush: FunctionBuilder,
): FunctionBuilder =>
  module.function(
    { name: `${group.prefix}Halve`, params: { work: "i32", segment: "i32" } },
    (f, { work, segment }) => {
      const length = f.let("length", itemAt(get(work, "lengths"), segment));
      const start = f.let("start", i32.load(itemAt(get(work, "offsets"), segment)));
      f.set(start, itemAt(get(work, "items"), start));
      const read = f.let("read", start);
      const end = f.let("end", itemAt(start, i32.load(length)));
      const write = f.let("write", start);
      const first = f.let("first", i32.const(0));
      const item = f.local("i32", "item");
      const pairing = new Pairing({ f, work, group, flush });
      f.while(
        () => i32.ltU(read, end),
        () => {
          f.set(item, i32.load(read));
          f.set(read, i32.add(read, i32.const(POINTER_BYTES)));
          f.if(item, () =>
            f.if(
              first,
              () => {
                pairing.add({ first, second: item, slot: write });
                f.set(write, i32.add(write, i32.const(POINTER_BYTES)));
                f.set(first, i32.const(0));
              },
              () => f.set(first, item),
            ),
          );
        },
      );
      pairing.close();
      f.if(first, () => {
        f.do(i32.store(write, first));
        f.set(write, i32.add(write, i32.const(POINTER_BYTES)));
      });
      f.set(write, i32.shrU(i32.sub(write, start), i32.const(2)));
      f.do(i32.store(length, write));
      f.if(i32.gtU(write, get(work, "longest")), () => f.do(put(work, "longest", write)));
    },
  );

type PairingParts = {
  readonly f: FunctionBuilder;
  readonly work: I32;
  readonly group: CurveGroup;
  readonly flush: FunctionBuilder;
};
type Pair = { readonly first: I32; readonly second: I32; readonly slot: I32 };

/** Appends pairs to the list and chooses where their sums go; a full list is added at once. */
class Pairing {
  readonly #parts: PairingParts;
  readonly #list: Local<"i32">;
  readonly #pairs: Local<"i32">;
  readonly #limit: Local<"i32">;
  readonly #writable: Local<"i32">;
  readonly #next: Local<"i32">;
  readonly #at: Local<"i32">;

  constructor(parts: PairingParts) {
    const { f, work, group } = parts;
    this.#parts = parts;
    this.#list = f.let("list", get(work, "list"));
    this.#pairs = f.let("pairs", get(work, "pairs"));
    const limit = i32.mul(get(work, "listGroups"), i32.const(group.field.lanes));
    this.#limit = f.let("limit", limit);
    this.#writable = f.let("writable", get(work, "writable"));
    this.#next = f.let("next", get(work, "next"));
    this.#at = f.local("i32", "at");
  }

  add({ first, second, slot }: Pair): void {
    const { f, work, group, flush } = this.#parts;
    const { lanes } = group.field;
    f.set(this.#at, groupOf({ list: this.#list, pairs: this.#pairs, lanes }));
    const lane = i32.and(this.#pairs, i32.const(lanes - 1));
    if (lanes > 1) f.set(this.#at, itemAt(this.#at, lane));
    f.do(i32.store(this.#at, first, pairOffset(lanes, "first", 0)));
    f.do(i32.store(this.#at, second, pairOffset(lanes, "second", 0)));
    f.do(i32.store(this.#at, slot, pairOffset(lanes, "slot", 0)));
    this.#choose({ first, second, slot });
    f.set(this.#pairs, i32.add(this.#pairs, i32.const(1)));
    f.if(i32.eq(this.#pairs, this.#limit), () => {
      f.do(put(work, "pairs", this.#pairs));
      f.do(callVoid(flush, [work]));
      f.set(this.#pairs, i32.const(0));
    });
  }

  /** The sum takes the place of one of its points, if that may be written to. */
  #choose({ first, second, slot }: Pair): void {
    const { f, group } = this.#parts;
    f.if(
      this.#isWritable(first),
      () => f.do(i32.store(slot, i32.and(first, i32.const(-2)))),
      () =>
        f.if(
          this.#isWritable(second),
          () => f.do(i32.store(slot, i32.and(second, i32.const(-2)))),
          () => {
            f.do(i32.store(slot, this.#next));
            f.set(this.#next, i32.add(this.#next, i32.const(pointBytes(group))));
          },
        ),
    );
  }

  /** From `writable` to what is not used yet lie points that no other list names. */
  #isWritable(pointer: I32): I32 {
    return i32.ltU(i32.sub(pointer, this.#writable), i32.sub(this.#next, this.#writable));
  }

  close(): void {
    const { f, work } = this.#parts;
    f.do(put(work, "pairs", this.#pairs));
    f.do(put(work, "next", this.#next));
  }
}
