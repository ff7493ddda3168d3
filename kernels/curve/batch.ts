/**
 * One inversion for a batch (Montgomery's trick): forward, the product of all denominators, keeping each product before
 * it; then its inverse; backward, each denominator's inverse from the inverse of what is left.
 */
import { callVoid, i32, type FunctionBuilder, type I32, type ModuleBuilder } from "../asm/index.ts";
import type { Arithmetic, Element } from "../field/field.ts";
import { inversionVectors, type CurveGroup } from "./group.ts";
import { PairReader } from "./pairs.ts";

/** What a batch does to each group of pairs. */
export type BatchStep = {
  readonly name: string;
  /** Sets `into` to the group's denominators. Not 0 in any lane, or the batch fails. */
  readonly denominator: (body: BatchBody, into: Element) => void;
  /** Writes the results; the denominators' inverses are in `inverse`. */
  readonly finish: (body: BatchBody, inverse: Element) => void;
};

export type BatchBody = {
  readonly f: FunctionBuilder;
  readonly field: Arithmetic;
  readonly pairs: PairReader;
};

export type Batch = { readonly forward: FunctionBuilder; readonly backward: FunctionBuilder };

/** Vectors in front of the products that a batch keeps: the product, then room for its inversion. */
export const batchHeader = 1 + inversionVectors;

const params = { list: "i32", groups: "i32", scratch: "i32" } as const;

/**
 * `forward(list, groups, scratch)` gives a mask of the lanes whose product is 0: then nothing is changed. After it,
 * `backward` with the same arguments carries the batch out. `scratch` has room for `batchHeader + groups + 1` vectors.
 */
export const emitBatch = (module: ModuleBuilder, group: CurveGroup, step: BatchStep): Batch => ({
  forward: emitForward(module, group, step),
  backward: emitBackward(module, group, step),
});

const emitForward = (module: ModuleBuilder, group: CurveGroup, step: BatchStep): FunctionBuilder =>
  module.function(
    { name: `${group.prefix}${step.name}Forward`, params, results: ["i32"] },
    (f, { list, groups, scratch }) => {
      const field = group.arithmetic(f);
      const vector = field.lanes * field.bytes;
      const pairs = new PairReader(f, field, list);
      const [product, denominator] = [field.element("product"), field.element("denominator")];
      const kept = f.let("kept", i32.add(scratch, i32.const(batchHeader * vector)));
      const end = f.let("end", endOf(pairs, groups));
      field.one(product);
      field.store(product, kept);
      f.while(
        () => i32.ltU(list, end),
        () => {
          step.denominator({ f, field, pairs }, denominator);
          // Round the loop through memory, where bounds are the same each time.
          field.load(product, kept);
          field.mul(product, product, denominator);
          f.set(kept, i32.add(kept, i32.const(vector)));
          field.store(product, kept);
          f.set(list, i32.add(list, i32.const(pairs.bytes)));
        },
      );
      field.load(product, kept);
      field.store(product, scratch);
      f.return(field.zeroMask(product));
    },
  );

const emitBackward = (module: ModuleBuilder, group: CurveGroup, step: BatchStep): FunctionBuilder =>
  module.function(
    { name: `${group.prefix}${step.name}Backward`, params },
    (f, { list, groups, scratch }) => {
      const field = group.arithmetic(f);
      const vector = field.lanes * field.bytes;
      f.do(callVoid(group.invert, [scratch, i32.add(scratch, i32.const(vector))]));
      const at = f.let("at", i32.add(list, i32.const(0)));
      const pairs = new PairReader(f, field, at);
      const [left, inverse, factor] = [
        field.element("left"),
        field.element("inverse"),
        field.element("factor"),
      ];
      f.set(at, i32.add(list, i32.mul(groups, i32.const(pairs.bytes))));
      const kept = f.let(
        "kept",
        i32.mul(i32.add(groups, i32.const(batchHeader)), i32.const(vector)),
      );
      f.set(kept, i32.add(scratch, kept));
      f.while(
        () => i32.gtU(at, list),
        () => {
          f.set(at, i32.sub(at, i32.const(pairs.bytes)));
          f.set(kept, i32.sub(kept, i32.const(vector)));
          step.denominator({ f, field, pairs }, factor);
          field.load(left, scratch);
          field.load(inverse, kept);
          field.mul(inverse, inverse, left);
          field.mul(left, left, factor);
          field.store(left, scratch);
          step.finish({ f, field, pairs }, inverse);
        },
      );
    },
  );

const endOf = (pairs: PairReader, groups: I32): I32 =>
  i32.add(pairs.group, i32.mul(groups, i32.const(pairs.bytes)));
