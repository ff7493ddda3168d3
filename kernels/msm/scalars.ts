/**
 * Scalars as they are split: 32 bytes each, little-endian, at most r / 2, with bit 255 set where -scalar is meant.
 * So also -1 is a short scalar.
 */
import { i32, i64, type FunctionBuilder, type I32, type I64, type Local } from "../asm/index.ts";
import type { ModuleBuilder } from "../asm/index.ts";
import { itemAt } from "./work.ts";

const SCALAR_BYTES = 32;
const WORDS = 4;

/**
 * `msmScalars(out, scalars, index, n)`: takes scalar[index[k]] for each k < n, all below r; gives the sum of their lengths
 * in bits.
 */
export const emitScalars = (module: ModuleBuilder, order: bigint): void => {
  module.export(
    {
      name: "msmScalars",
      params: { out: "i32", scalars: "i32", index: "i32", n: "i32" },
      results: ["i32"],
    },
    (f, { out, scalars, index, n }) => {
      const bits = f.let("bits", i32.const(0));
      const from = f.local("i32", "from");
      const words = wordLocals(f, "word");
      const differences = wordLocals(f, "difference");
      const negative = f.local("i64", "negative");
      const unused = f.local("i64", "unused");
      const end = f.let("end", i32.add(out, i32.shl(n, i32.const(5))));
      f.while(
        () => i32.ltU(out, end),
        () => {
          f.set(from, i32.add(scalars, i32.shl(i32.load(index), i32.const(5))));
          words.forEach((word, k) => f.set(word, i64.load(from, 8 * k)));
          const half = { from: wordsOf((order - 1n) / 2n), words, into: differences };
          subtract(f, { ...half, borrow: negative });
          f.if(i64.ne(negative, i64.const(0)), () => {
            subtract(f, { from: wordsOf(order), words, into: differences, borrow: unused });
            words.forEach((word, k) => f.set(word, differences[k] ?? word));
          });
          words.forEach((word, k) => f.do(i64.store(out, word, 8 * k)));
          addBitLength(f, out, bits);
          const top = i64.or(i64.load(out, 24), i64.shl(negative, i64.const(63)));
          f.do(i64.store(out, top, 24));
          f.set(index, itemAt(index, i32.const(1)));
          f.set(out, i32.add(out, i32.const(SCALAR_BYTES)));
        },
      );
      f.return(bits);
    },
  );
};

const wordLocals = (f: FunctionBuilder, name: string): readonly Local<"i64">[] =>
  Array.from({ length: WORDS }, (_, k) => f.local("i64", `${name}${k}`));

const wordsOf = (value: bigint): readonly I64[] =>
  Array.from({ length: WORDS }, (_, k) => i64.const(BigInt.asIntN(64, value >> BigInt(64 * k))));

type Subtraction = {
  readonly from: readonly I64[];
  readonly words: readonly Local<"i64">[];
  readonly into: readonly Local<"i64">[];
  /** Gets 1 where the difference is below 0. */
  readonly borrow: Local<"i64">;
};

const subtract = (f: FunctionBuilder, { from, words, into, borrow }: Subtraction): void => {
  f.set(borrow, i64.const(0));
  words.forEach((word, k) => {
    const minuend = from[k] ?? i64.const(0);
    const difference = into[k] ?? word;
    f.set(difference, i64.sub(i64.sub(minuend, word), borrow));
    // With a borrow from below, equal words borrow too.
    const less = i32.or(
      i64.ltU(minuend, word),
      i32.and(i64.eq(minuend, word), i32.wrapI64(borrow)),
    );
    f.set(borrow, i64.extendI32U(less));
  });
};

/** Adds the length in bits of the 32-byte integer at `at`. */
const addBitLength = (f: FunctionBuilder, at: I32, bits: Local<"i32">): void => {
  f.block((done) => {
    for (let word = SCALAR_BYTES / 4 - 1; word >= 0; word -= 1) {
      f.if(i32.load(at, 4 * word), () => {
        const length = i32.sub(i32.const(32 * word + 32), i32.clz(i32.load(at, 4 * word)));
        f.set(bits, i32.add(bits, length));
        f.branch(done);
      });
    }
  });
};
