/**
 * Number-theoretic transforms without bit reversal: an inverse one takes values in their order and leaves coefficients in
 * bit-reversed order, a forward one takes those and gives values in their order. What follows a forward transform's passes
 * reads them across lanes (crossing.ts), so it is emitted there. Neither divides by the size.
 *
 * A transform of 2^k elements is kept as 2^k / lanes vectors; lane j of vector v is element v + j 2^k / lanes.
 */
import { i32, type ModuleBuilder } from "../asm/index.ts";
import type { Field } from "../field/field.ts";
import { Crossing, crossingParams } from "./crossing.ts";
import { emitPasses } from "./passes.ts";

/** Exports what `NttExports` of kernels/layout.ts describes. */
export const emitNtt = (module: ModuleBuilder, fr: Field): void => {
  emitPowers(module, fr);
  emitPack(module, fr);
  emitPackProduct(module, fr);
  emitPasses(module, fr);
};

const emitPowers = (module: ModuleBuilder, fr: Field): void => {
  const params = { out: "i32", end: "i32", seeds: "i32" } as const;
  module.export({ name: "frPowers", params }, (f, { out, end, seeds }) => {
    const emitter = fr.emitter(f);
    const [powers, step] = [emitter.element("powers"), emitter.element("step")];
    const lanes = Array.from({ length: fr.lanes }, (_, lane) => lane);
    const at = lanes.map((lane) => f.let("at", i32.add(seeds, i32.const(lane * fr.bytes))));
    emitter.gather(powers, at);
    emitter.broadcast(step, seeds, fr.lanes * fr.bytes);
    const first = f.local("i32", "first");
    f.for(first, { from: out, to: end, step: fr.lanes * fr.bytes }, () => {
      at.forEach((pointer, lane) => f.set(pointer, i32.add(first, i32.const(lane * fr.bytes))));
      emitter.scatter(powers, at);
      emitter.mul(powers, powers, step);
      // The next round takes them for what memory holds.
      emitter.norm(powers);
    });
  });
};

/** Elements in their order to vectors, through the stages of an inverse transform that cross lanes. */
const emitPack = (module: ModuleBuilder, fr: Field): void => {
  const params = { out: "i32", elements: "i32", ...crossingParams } as const;
  module.export({ name: "frPack", params }, (f, { out, elements, ...range }) => {
    const crossing = new Crossing(f, fr, range);
    const rows = crossing.rows("row");
    crossing.each(() => {
      rows.forEach((row, index) => {
        crossing.emitter.gather(row, crossing.itemsOf(index, elements));
      });
      crossing.dif(rows);
      crossing.store(rows, out);
    });
  });
};

/** The same of two arrays' products, each times the element at `scale`. */
const emitPackProduct = (module: ModuleBuilder, fr: Field): void => {
  const params = {
    out: "i32",
    left: "i32",
    right: "i32",
    scale: "i32",
    ...crossingParams,
  } as const;
  module.export({ name: "frPackProduct", params }, (f, { out, left, right, scale, ...range }) => {
    const crossing = new Crossing(f, fr, range);
    const { emitter } = crossing;
    const [factor, scaling] = [emitter.element("factor"), emitter.element("scaling")];
    const rows = crossing.rows("row");
    emitter.broadcast(scaling, scale);
    crossing.each(() => {
      rows.forEach((row, index) => {
        emitter.gather(row, crossing.itemsOf(index, left));
        emitter.gather(factor, crossing.itemsOf(index, right));
        emitter.mul(row, row, factor);
        emitter.mul(row, row, scaling);
      });
      crossing.dif(rows);
      crossing.store(rows, out);
    });
  });
};
