/**
 * The constraint system's matrices times the witness, and the quotient's values from the transformed products. Matrices are
 * kept as groups of `lanes` rows, one row a lane, which have the same number of entries (shorter ones are filled with zeros).
 */
import { i32, type FunctionBuilder, type Local, type ModuleBuilder } from "../asm/index.ts";
import type { Addresses, Field } from "../field/field.ts";
import { inverse } from "../field/numbers.ts";
import { Crossing, crossingParams } from "../ntt/crossing.ts";

/** Exports what `MatrixExports` of kernels/layout.ts describes. */
export const emitMatrix = (module: ModuleBuilder, fr: Field): void => {
  emitElements(module, fr);
  emitCoefficients(module, fr);
  emitRows(module, fr);
  emitJoin(module, fr);
};

type Pointer = Local<"i32">;

/** For each `lanes` of `count` items: addresses of words and of elements. Lanes beyond the last take the last again. */
const eachItem = (
  f: FunctionBuilder,
  { fr, ...arrays }: { fr: Field; out: Pointer; words: Pointer; count: Pointer },
  body: (words: Addresses, elements: Addresses) => void,
): void => {
  const lanes = Array.from({ length: fr.lanes }, (_, lane) => lane);
  const pointers = (name: string) => lanes.map((lane) => f.local("i32", `${name}${lane}`));
  const [words, elements] = [pointers("words"), pointers("elements")];
  const [first, index] = [f.local("i32", "first"), f.local("i32", "index")];
  f.for(first, { from: i32.const(0), to: arrays.count, step: fr.lanes }, () => {
    words.forEach((word, lane) => {
      f.set(index, i32.add(first, i32.const(lane)));
      f.if(i32.geU(index, arrays.count), () => {
        f.set(index, i32.sub(arrays.count, i32.const(1)));
      });
      f.set(word, i32.add(arrays.words, i32.mul(index, i32.const(fr.wordBytes))));
      const offset = i32.mul(index, i32.const(fr.bytes));
      f.set(elements[lane] ?? index, i32.add(arrays.out, offset));
    });
    body(words, elements);
  });
};

const emitElements = (module: ModuleBuilder, fr: Field): void => {
  const params = { out: "i32", words: "i32", count: "i32" } as const;
  module.export({ name: "frElements", params }, (f, arrays) => {
    const emitter = fr.emitter(f);
    const element = emitter.element("element");
    eachItem(f, { fr, ...arrays }, (words, elements) => {
      emitter.fromWords(element, words, { factor: 1n });
      emitter.scatter(element, elements);
    });
  });
};

/** snarkjs keeps a coefficient times its Montgomery radix twice: a product with a plain witness is then in its form. */
const emitCoefficients = (module: ModuleBuilder, fr: Field): void => {
  const params = { out: "i32", words: "i32", count: "i32", scale: "i32" } as const;
  const factor = inverse(2n ** BigInt(16 * fr.wordBytes), fr.modulus);
  module.export({ name: "frCoefficients", params }, (f, { scale, ...arrays }) => {
    const emitter = fr.emitter(f);
    const [element, scaling] = [emitter.element("element"), emitter.element("scaling")];
    emitter.broadcast(scaling, scale);
    eachItem(f, { fr, ...arrays }, (words, elements) => {
      emitter.fromWords(element, words, { factor });
      emitter.mul(element, element, scaling);
      emitter.scatter(element, elements);
    });
  });
};

const WORD = 4;

/**
 * A group is, in u32: its number of entries; for each lane the row's byte offset in `out`; then for each entry and lane the
 * byte offset of a wire in `witness` and of a coefficient in `coefficients`, whose first is 0.
 */
const emitRows = (module: ModuleBuilder, fr: Field): void => {
  const arrays = { out: "i32", witness: "i32", coefficients: "i32" } as const;
  const params = { begin: "i32", end: "i32", ...arrays } as const;
  module.export({ name: "frRows", params }, (f, { begin, end, out, witness, coefficients }) => {
    const emitter = fr.emitter(f);
    const [sum, wire] = [emitter.element("sum"), emitter.element("wire")];
    const coefficient = emitter.element("coefficient");
    const lanes = Array.from({ length: fr.lanes }, (_, lane) => lane);
    const pointers = (name: string) => lanes.map((lane) => f.local("i32", `${name}${lane}`));
    const [wires, values, rows] = [pointers("wire"), pointers("value"), pointers("row")];
    const read = (into: readonly Pointer[], at: Pointer, from: Place): void => {
      into.forEach((pointer, lane) => {
        const offset = i32.load(at, from.offset + lane * from.stride);
        f.set(pointer, i32.add(from.base, offset));
      });
    };
    const at = f.let("at", begin);
    const last = f.local("i32", "last");
    f.while(
      () => i32.ltU(at, end),
      () => {
        read(rows, at, { base: out, offset: WORD, stride: WORD });
        f.set(last, i32.mul(i32.load(at), i32.const(2 * WORD * fr.lanes)));
        f.set(at, i32.add(at, i32.const(WORD * (1 + fr.lanes))));
        f.set(last, i32.add(at, last));
        emitter.broadcast(sum, coefficients);
        f.for(at, { from: at, to: last, step: 2 * WORD * fr.lanes }, () => {
          read(wires, at, { base: witness, offset: 0, stride: 2 * WORD });
          read(values, at, { base: coefficients, offset: WORD, stride: 2 * WORD });
          emitter.gather(wire, wires);
          emitter.gather(coefficient, values);
          emitter.mul(wire, wire, coefficient);
          emitter.add(sum, sum, wire);
          // The next entry takes it for what memory holds, as it was loaded.
          emitter.norm(sum);
        });
        emitter.scatter(sum, rows);
      },
    );
  });
};

type Place = { readonly base: Pointer; readonly offset: number; readonly stride: number };

/** From the passes of three forward transforms: a b - c of their values, as canonical integers in their order. */
const emitJoin = (module: ModuleBuilder, fr: Field): void => {
  const params = { out: "i32", a: "i32", b: "i32", c: "i32", ...crossingParams } as const;
  module.export({ name: "frJoin", params }, (f, { out, a, b, c, ...range }) => {
    const crossing = new Crossing(f, fr, range);
    const { emitter } = crossing;
    const [products, factors] = [crossing.rows("product"), crossing.rows("factor")];
    crossing.each(() => {
      crossing.load(products, a);
      crossing.dit(products);
      crossing.load(factors, b);
      crossing.dit(factors);
      products.forEach((product, row) => emitter.mul(product, product, factors[row] ?? product));
      crossing.load(factors, c);
      crossing.dit(factors);
      products.forEach((product, row) => {
        emitter.sub(product, product, factors[row] ?? product);
        emitter.toWords(product, crossing.itemsOf(row, out, fr.wordBytes));
      });
    });
  });
};
