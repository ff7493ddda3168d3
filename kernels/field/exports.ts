/**
 * Operations on arrays of elements as exports, so that the modules that are shipped can be tested and timed as they are:
 * what proves has them inlined. `FieldExports` of kernels/layout.ts describes each.
 */
import { i32, type FunctionBuilder, type ModuleBuilder } from "../asm/index.ts";
import type { Arithmetic, Element, Field } from "./field.ts";
import { LaneLoop } from "./lanes.ts";

/** A field or one over it. */
export type Exported = {
  readonly prefix: "fq" | "fr" | "fq2";
  readonly arithmetic: (f: FunctionBuilder) => Arithmetic;
};

export const emitFieldExports = (
  module: ModuleBuilder,
  prefix: "fq" | "fr",
  field: Field,
): void => {
  emitArithmeticExports(module, { prefix, arithmetic: (f) => field.emitter(f) });
  emitWords(module, prefix, field);
  emitMulVectors(module, prefix, field);
};

export const emitArithmeticExports = (module: ModuleBuilder, exported: Exported): void => {
  emitBinary(module, exported, ["Mul", (field, a, b) => field.mul(a, a, b)]);
  emitBinary(module, exported, ["Add", (field, a, b) => field.add(a, a, b)]);
  emitBinary(module, exported, ["Sub", (field, a, b) => field.sub(a, a, b)]);
  emitSquare(module, exported);
  emitNegateWhere(module, exported);
  emitEqual(module, exported);
};

/** A name, and how the first element becomes the result. */
type Binary = readonly [string, (field: Arithmetic, a: Element, b: Element) => void];

const emitBinary = (
  module: ModuleBuilder,
  { prefix, arithmetic }: Exported,
  [name, carryOut]: Binary,
): void => {
  const params = { out: "i32", a: "i32", b: "i32", count: "i32" } as const;
  module.export({ name: `${prefix}${name}`, params }, (f, { out, a, b, count }) => {
    const field = arithmetic(f);
    const [x, y] = [field.element("x"), field.element("y")];
    const loop = new LaneLoop(f, { lanes: field.lanes, count });
    loop.run(() => {
      field.gather(x, loop.at(a, field.bytes));
      field.gather(y, loop.at(b, field.bytes));
      carryOut(field, x, y);
      field.scatter(x, loop.at(out, field.bytes));
    });
  });
};

const emitSquare = (module: ModuleBuilder, { prefix, arithmetic }: Exported): void => {
  const params = { out: "i32", a: "i32", count: "i32" } as const;
  module.export({ name: `${prefix}Sqr`, params }, (f, { out, a, count }) => {
    const field = arithmetic(f);
    const x = field.element("x");
    const loop = new LaneLoop(f, { lanes: field.lanes, count });
    loop.run(() => {
      field.gather(x, loop.at(a, field.bytes));
      field.sqr(x, x);
      field.scatter(x, loop.at(out, field.bytes));
    });
  });
};

const FLAG_BYTES = 4;

const emitNegateWhere = (module: ModuleBuilder, { prefix, arithmetic }: Exported): void => {
  const params = { out: "i32", a: "i32", flags: "i32", count: "i32" } as const;
  module.export({ name: `${prefix}NegateWhere`, params }, (f, { out, a, flags, count }) => {
    const field = arithmetic(f);
    const x = field.element("x");
    const loop = new LaneLoop(f, { lanes: field.lanes, count });
    loop.run(() => {
      field.gather(x, loop.at(a, field.bytes));
      const places = loop.at(flags, FLAG_BYTES);
      field.negateWhere(
        x,
        places.map((place) => i32.load(place)),
      );
      field.scatter(x, loop.at(out, field.bytes));
    });
  });
};

const emitEqual = (module: ModuleBuilder, { prefix, arithmetic }: Exported): void => {
  const params = { out: "i32", a: "i32", b: "i32", count: "i32" } as const;
  module.export({ name: `${prefix}Equal`, params }, (f, { out, a, b, count }) => {
    const field = arithmetic(f);
    const [x, y] = [field.element("x"), field.element("y")];
    const loop = new LaneLoop(f, { lanes: field.lanes, count });
    loop.run(() => {
      field.gather(x, loop.at(a, field.bytes));
      field.gather(y, loop.at(b, field.bytes));
      field.sub(x, x, y);
      const zeros = f.let("zeros", field.zeroMask(x));
      loop.at(out, FLAG_BYTES).forEach((place, lane) => {
        const bit = i32.and(i32.shrU(zeros, i32.const(lane)), i32.const(1));
        f.do(i32.store(place, bit));
      });
    });
  });
};

/** ToWords and FromWords. */
const emitWords = (module: ModuleBuilder, prefix: string, field: Field): void => {
  const params = { out: "i32", from: "i32", count: "i32" } as const;
  module.export({ name: `${prefix}ToWords`, params }, (f, { out, from, count }) => {
    const emitter = field.emitter(f);
    const x = emitter.element("x");
    const loop = new LaneLoop(f, { lanes: field.lanes, count });
    loop.run(() => {
      emitter.gather(x, loop.at(from, field.bytes));
      emitter.toWords(x, loop.at(out, field.wordBytes));
    });
  });
  module.export({ name: `${prefix}FromWords`, params }, (f, { out, from, count }) => {
    const emitter = field.emitter(f);
    const x = emitter.element("x");
    const loop = new LaneLoop(f, { lanes: field.lanes, count });
    loop.run(() => {
      emitter.fromWords(x, loop.at(from, field.wordBytes), { factor: 1n });
      emitter.scatter(x, loop.at(out, field.bytes));
    });
  });
};

const emitMulVectors = (module: ModuleBuilder, prefix: string, field: Field): void => {
  const params = { vectors: "i32", count: "i32", factor: "i32", rounds: "i32" } as const;
  const bytes = field.lanes * field.bytes;
  module.export(
    { name: `${prefix}MulVectors`, params },
    (f, { vectors, count, factor, rounds }) => {
      const emitter = field.emitter(f);
      const [x, y] = [emitter.element("x"), emitter.element("y")];
      const [round, vector] = [f.local("i32", "round"), f.local("i32", "vector")];
      const end = f.let("end", i32.add(vectors, i32.mul(count, i32.const(bytes))));
      emitter.broadcast(y, factor);
      f.for(round, { from: i32.const(0), to: rounds }, () => {
        f.for(vector, { from: vectors, to: end, step: bytes }, () => {
          emitter.load(x, vector);
          emitter.mul(x, x, y);
          emitter.store(x, vector);
        });
      });
    },
  );
};
