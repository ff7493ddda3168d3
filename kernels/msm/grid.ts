/**
 * What the buckets of a window are worth, sum of k * bucket(k), as sums of many lists again: the buckets stand in a grid of
 * 2^g columns, k = row * 2^g + column; sums of rows and of columns first, then of the rows and of the columns whose number
 * has a bit set. Those few sums weigh a power of two each.
 */
import {
  i32,
  type FunctionBuilder,
  type I32,
  type Local,
  type ModuleBuilder,
} from "../asm/index.ts";
import { POINTER_BYTES } from "../curve/pairs.ts";
import { get, itemAt, put } from "./work.ts";

export const emitGrid = (module: ModuleBuilder): void => {
  emitRowsAndColumns(module);
  emitSums(module);
  emitBits(module);
};

/** `msmGrid(work, windows, half, gridBits)`: of each window rows 0 to half >> gridBits, then columns. */
const emitRowsAndColumns = (module: ModuleBuilder): void => {
  module.export(
    {
      name: "msmGrid",
      params: { work: "i32", windows: "i32", half: "i32", gridBits: "i32" },
    },
    (f, { work, windows, half, gridBits }) => {
      const lists = new ListWriter(f, work);
      const columns = f.let("columns", i32.shl(i32.const(1), gridBits));
      const [row, column, number] = [
        f.local("i32", "row"),
        f.local("i32", "column"),
        f.local("i32", "number"),
      ];
      // Bucket 1 stands first.
      const buckets = f.let("buckets", i32.sub(get(work, "buckets"), i32.const(POINTER_BYTES)));
      const rows = f.let("rows", i32.add(i32.shrU(half, gridBits), i32.const(1)));
      f.do(put(work, "next", get(work, "free")));
      const append = (): void => {
        f.set(number, i32.add(i32.shl(row, gridBits), column));
        const inside = i32.leU(i32.sub(number, i32.const(1)), i32.sub(half, i32.const(1)));
        f.if(inside, () => lists.append(i32.load(itemAt(buckets, number))));
      };
      f.while(
        () => windows,
        () => {
          f.for(row, { from: i32.const(0), to: rows }, () => {
            // Row 0 and column 0 weigh nothing.
            f.if(row, () => f.for(column, { from: i32.const(0), to: columns }, append));
            lists.close();
          });
          f.for(column, { from: i32.const(0), to: columns }, () => {
            f.if(column, () => f.for(row, { from: i32.const(0), to: rows }, append));
            lists.close();
          });
          f.set(buckets, itemAt(buckets, half));
          f.set(windows, i32.sub(windows, i32.const(1)));
        },
      );
      lists.finish();
    },
  );
};

/** `msmSums(work, out)`: the sum of each list, u32 addresses, 0 where it is infinity. */
const emitSums = (module: ModuleBuilder): void => {
  module.export({ name: "msmSums", params: { work: "i32", out: "i32" } }, (f, { work, out }) => {
    const segment = f.local("i32", "segment");
    f.for(segment, { from: i32.const(0), to: get(work, "segments") }, () => {
      f.do(i32.store(out, i32.const(0)));
      f.if(i32.load(itemAt(get(work, "lengths"), segment)), () => {
        const offset = i32.load(itemAt(get(work, "offsets"), segment));
        f.do(i32.store(out, i32.load(itemAt(get(work, "items"), offset))));
      });
      f.set(out, i32.add(out, i32.const(POINTER_BYTES)));
    });
  });
};

/**
 * `msmBits(work, sums, windows, rows, gridBits, rowBits)`: of each window one list for each bit of a column's number, then
 * one for each bit of a row's.
 */
const emitBits = (module: ModuleBuilder): void => {
  const params = {
    ...({ work: "i32", sums: "i32", windows: "i32" } as const),
    ...({ rows: "i32", gridBits: "i32", rowBits: "i32" } as const),
  };
  module.export(
    { name: "msmBits", params },
    (f, { work, sums, windows, rows, gridBits, rowBits }) => {
      const lists = new ListWriter(f, work);
      const [bit, number] = [f.local("i32", "bit"), f.local("i32", "number")];
      const columns = f.let("columns", i32.shl(i32.const(1), gridBits));
      const byBits = (bits: I32, from: I32, count: I32): void => {
        f.for(bit, { from: i32.const(0), to: bits }, () => {
          f.for(number, { from: i32.const(0), to: count }, () => {
            f.if(i32.and(i32.shrU(number, bit), i32.const(1)), () =>
              lists.append(i32.load(itemAt(from, number))),
            );
          });
          lists.close();
        });
      };
      f.while(
        () => windows,
        () => {
          byBits(gridBits, itemAt(sums, rows), columns);
          byBits(rowBits, sums, rows);
          f.set(sums, itemAt(sums, i32.add(rows, columns)));
          f.set(windows, i32.sub(windows, i32.const(1)));
        },
      );
      lists.finish();
    },
  );
};

/** Writes lists one behind the other, without the items that are 0. */
class ListWriter {
  readonly #f: FunctionBuilder;
  readonly #work: I32;
  readonly #items: Local<"i32">;
  readonly #segments: Local<"i32">;
  readonly #start: Local<"i32">;
  readonly #end: Local<"i32">;
  readonly #item: Local<"i32">;

  constructor(f: FunctionBuilder, work: I32) {
    this.#f = f;
    this.#work = work;
    this.#items = f.let("items", get(work, "items"));
    this.#segments = f.let("segments", i32.const(0));
    this.#start = f.let("start", i32.const(0));
    this.#end = f.let("end", i32.const(0));
    this.#item = f.local("i32", "item");
  }

  append(item: I32): void {
    const f = this.#f;
    f.set(this.#item, item);
    f.if(this.#item, () => {
      f.do(i32.store(itemAt(this.#items, this.#end), this.#item));
      f.set(this.#end, i32.add(this.#end, i32.const(1)));
    });
  }

  close(): void {
    const f = this.#f;
    f.do(i32.store(itemAt(get(this.#work, "offsets"), this.#segments), this.#start));
    const length = i32.sub(this.#end, this.#start);
    f.do(i32.store(itemAt(get(this.#work, "lengths"), this.#segments), length));
    f.set(this.#start, this.#end);
    f.set(this.#segments, i32.add(this.#segments, i32.const(1)));
  }

  /** The lists' points are in use elsewhere: sums go where nothing is yet. */
  finish(): void {
    const f = this.#f;
    f.do(put(this.#work, "writable", get(this.#work, "next")));
    f.do(put(this.#work, "segments", this.#segments));
    for (const word of ["segment", "longest", "pairs"] as const)
      f.do(put(this.#work, word, i32.const(0)));
  }
}
