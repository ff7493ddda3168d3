/**
 * One pass over blocks of vectors: one stage of a transform, or two at once, which halves the memory traffic and the
 * carries. Lanes are transforms of their own with the same twiddles, so one element serves a whole vector.
 *
 * Twiddles of a stage with blocks of 2 m elements are elements m to 2 m - 1 of their table.
 */
import {
  i32,
  type FunctionBuilder,
  type I32,
  type Local,
  type ModuleBuilder,
} from "../asm/index.ts";
import type { Element, Field, FieldEmitter } from "../field/field.ts";
import { difButterfly, ditButterfly, type Butterfly } from "./butterfly.ts";

type Direction = "dif" | "dit";
type Pointer = Local<"i32">;

/** Exports frDif1, frDif2, frDifLast, frDit1 and frDit2. */
export const emitPasses = (module: ModuleBuilder, fr: Field): void => {
  for (const direction of ["dif", "dit"] as const) {
    emitSingle(module, fr, direction);
    emitDouble(module, fr, direction);
  }
  emitLast(module, fr);
};

const passParams = {
  /** Blocks from here to `end`: addresses. */
  begin: "i32",
  end: "i32",
  /** Bytes of one of a block's parts: half of it in a single pass, a quarter in a double one. */
  part: "i32",
  /** Of each part, from this byte below that one; multiples of a vector's size. */
  from: "i32",
  to: "i32",
  twiddles: "i32",
} as const;
type PassParams = { readonly [Name in keyof typeof passParams]: Pointer };

const nameOf = (direction: Direction, stages: string): string =>
  `fr${direction === "dif" ? "Dif" : "Dit"}${stages}`;

/** Calls `body` for each vector of the first part of each block, with addresses of the vectors that belong together. */
const eachVector = (
  { f, parts, step }: { f: FunctionBuilder; parts: number; step: number },
  params: PassParams,
  body: (at: readonly Pointer[], offset: Pointer) => void,
): void => {
  const block = f.let("block", params.begin);
  const offset = f.local("i32", "offset");
  const at = Array.from({ length: parts }, (_, index) => f.local("i32", `at${index}`));
  f.while(
    () => i32.ltU(block, params.end),
    () => {
      f.for(offset, { from: params.from, to: params.to, step }, () => {
        at.reduce<I32>(
          (address, pointer) => {
            f.set(pointer, address);
            return i32.add(pointer, params.part);
          },
          i32.add(block, offset),
        );
        body(at, offset);
      });
      f.set(block, i32.add(block, i32.mul(params.part, i32.const(parts))));
    },
  );
};

/** Address of the twiddle of the vector at `offset` in a stage whose blocks have halves of `half` bytes of vectors. */
const twiddleAt = (lanes: number, twiddles: I32, vectors: I32): I32 =>
  i32.add(twiddles, i32.shrU(vectors, i32.const(Math.log2(lanes))));

const butterflyOf = (direction: Direction, emitter: FieldEmitter): Butterfly =>
  (direction === "dif" ? difButterfly : ditButterfly)(emitter, emitter.element("spare"));

const elements = <const Names extends readonly string[]>(emitter: FieldEmitter, names: Names) =>
  names.map((name) => emitter.element(name)) as { readonly [Index in keyof Names]: Element };

const emitSingle = (module: ModuleBuilder, fr: Field, direction: Direction): void => {
  module.export({ name: nameOf(direction, "1"), params: passParams }, (f, params) => {
    const emitter = fr.emitter(f);
    const butterfly = butterflyOf(direction, emitter);
    const [a, b, twiddle] = elements(emitter, ["a", "b", "twiddle"]);
    const twiddlePointer = f.local("i32", "twiddleAt");
    const step = fr.lanes * fr.bytes;
    eachVector({ f, parts: 2, step }, params, (at, offset) => {
      const vectors = i32.add(params.part, offset);
      f.set(twiddlePointer, twiddleAt(fr.lanes, params.twiddles, vectors));
      loadAll(emitter, [a, b], at);
      emitter.broadcast(twiddle, twiddlePointer);
      butterfly([a, b], twiddle);
      storeAll(emitter, [a, b], at);
    });
  });
};

/** The stage of halves of two parts, and that of halves of one: the larger first in "dif", the smaller in "dit". */
const emitDouble = (module: ModuleBuilder, fr: Field, direction: Direction): void => {
  module.export({ name: nameOf(direction, "2"), params: passParams }, (f, params) => {
    const emitter = fr.emitter(f);
    const butterfly = butterflyOf(direction, emitter);
    const [a, b, c, d] = elements(emitter, ["a", "b", "c", "d"]);
    const twiddle = emitter.element("twiddle");
    const small = f.local("i32", "small");
    const large = f.local("i32", "large");
    const larger = f.local("i32", "larger");
    const partElements = f.let("partElements", twiddleAt(fr.lanes, i32.const(0), params.part));
    const smallStage = (): void => {
      emitter.broadcast(twiddle, small);
      butterfly([a, b], twiddle);
      butterfly([c, d], twiddle);
    };
    const largeStage = (): void => {
      emitter.broadcast(twiddle, large);
      butterfly([a, c], twiddle);
      emitter.broadcast(twiddle, larger);
      butterfly([b, d], twiddle);
    };
    eachVector({ f, parts: 4, step: fr.lanes * fr.bytes }, params, (at, offset) => {
      f.set(small, twiddleAt(fr.lanes, params.twiddles, i32.add(params.part, offset)));
      f.set(large, i32.add(small, partElements));
      f.set(larger, i32.add(large, partElements));
      loadAll(emitter, [a, b, c, d], at);
      if (direction === "dif") largeStage();
      smallStage();
      if (direction === "dit") largeStage();
      storeAll(emitter, [a, b, c, d], at);
    });
  });
};

/** The last two stages of "dif", on blocks of four vectors: all twiddles but one are 1. */
const emitLast = (module: ModuleBuilder, fr: Field): void => {
  const { begin, end, twiddles } = passParams;
  module.export({ name: "frDifLast", params: { begin, end, twiddles } }, (f, params) => {
    const emitter = fr.emitter(f);
    const butterfly = butterflyOf("dif", emitter);
    const [a, b, c, d] = elements(emitter, ["a", "b", "c", "d"]);
    const root = emitter.element("root");
    const step = fr.lanes * fr.bytes;
    const block = f.local("i32", "block");
    emitter.broadcast(root, params.twiddles, 3 * fr.bytes);
    f.for(block, { from: params.begin, to: params.end, step: 4 * step }, () => {
      [a, b, c, d].forEach((element, index) => emitter.load(element, block, index * step));
      butterfly([a, c]);
      butterfly([b, d], root);
      butterfly([a, b]);
      butterfly([c, d]);
      [a, b, c, d].forEach((element, index) => emitter.store(element, block, index * step));
    });
  });
};

const loadAll = (emitter: FieldEmitter, into: readonly Element[], at: readonly Pointer[]): void => {
  at.forEach((pointer, index) => {
    const element = into[index];
    if (element !== undefined) emitter.load(element, pointer);
  });
};

const storeAll = (
  emitter: FieldEmitter,
  from: readonly Element[],
  at: readonly Pointer[],
): void => {
  at.forEach((pointer, index) => {
    const element = from[index];
    if (element !== undefined) emitter.store(element, pointer);
  });
};
