/**
 * Affine additions in batches, 5 multiplications, a square and a share of one inversion each; any pair of finite points
 * is added rightly. The forward pass meets equal x as a product that is 0: only then are the pairs looked at one by one.
 */
import { callVoid, i32, type FunctionBuilder, type ModuleBuilder } from "../asm/index.ts";
import { emitBatch, batchHeader, type BatchBody, type BatchStep } from "./batch.ts";
import { emitSetApart } from "./equal-x.ts";
import { callI32, type CurveGroup } from "./group.ts";
import { pairBytes } from "./pairs.ts";
import type { Element } from "../field/field.ts";

/** `(list, groups, scratch)`: adds the pairs (see pairs.ts for their form). At least one group. */
export const emitBatchAdd = (module: ModuleBuilder, group: CurveGroup): FunctionBuilder => {
  const add = emitBatch(module, group, chord);
  const double = emitBatch(module, group, tangent);
  const setApart = emitSetApart(module, group);
  const vector = group.field.lanes * group.field.bytes * group.degree;
  const groupBytes = pairBytes * group.field.lanes;
  return module.function(
    { name: `${group.prefix}BatchAdd`, params: { list: "i32", groups: "i32", scratch: "i32" } },
    (f, { list, groups, scratch }) => {
      f.if(i32.eqz(callI32(add.forward, [list, groups, scratch])), () => {
        f.do(callVoid(add.backward, [list, groups, scratch]));
        f.return();
      });
      const kept = i32.mul(i32.add(groups, i32.const(batchHeader + 1)), i32.const(vector));
      const doubles = f.let("doubles", i32.add(scratch, kept));
      const end = f.let("end", callI32(setApart, [list, groups, doubles]));
      f.set(groups, i32.divU(i32.sub(end, doubles), i32.const(groupBytes)));
      f.if(groups, () => {
        f.drop(callI32(double.forward, [doubles, groups, scratch]));
        f.do(callVoid(double.backward, [doubles, groups, scratch]));
      });
      // Behind the doubled pairs stands how many groups are left to add.
      f.set(groups, i32.load(end));
      f.if(groups, () => {
        f.drop(callI32(add.forward, [list, groups, scratch]));
        f.do(callVoid(add.backward, [list, groups, scratch]));
      });
    },
  );
};

/** The line through two points: its slope is (y2 - y1) / (x2 - x1). */
const chord: BatchStep = {
  name: "Add",
  denominator: ({ field, pairs }, into) => {
    const x = field.element("x1");
    field.gather(x, pairs.locate("first"));
    field.gather(into, pairs.locate("second"));
    field.sub(into, into, x);
  },
  finish: (body, inverse) => {
    const { field } = body;
    const [y, slope] = [field.element("y1"), field.element("slope")];
    gatherY(body, "second", slope);
    gatherY(body, "first", y);
    field.sub(slope, slope, y);
    field.mul(slope, slope, inverse);
    const x = field.element("x2");
    field.gather(x, body.pairs.second);
    third(body, { x, y, slope });
  },
};

/** The tangent: its slope is 3 x^2 / 2 y. */
const tangent: BatchStep = {
  name: "Double",
  denominator: (body, into) => {
    body.pairs.locate("first");
    body.pairs.locate("second");
    gatherY(body, "first", into);
    body.field.add(into, into, into);
  },
  finish: (body, inverse) => {
    const { field, pairs } = body;
    const [x, y, slope] = [field.element("x"), field.element("y"), field.element("slope")];
    field.gather(x, pairs.first);
    field.sqr(y, x);
    field.add(slope, y, y);
    field.add(slope, slope, y);
    field.mul(slope, slope, inverse);
    gatherY(body, "first", y);
    third(body, { x, y, slope });
  },
};

const gatherY = ({ field, pairs }: BatchBody, part: "first" | "second", into: Element): void => {
  field.gather(into, pairs[part], field.bytes);
  field.negateWhere(into, pairs.signs(part));
};

type Line = { readonly x: Element; readonly y: Element; readonly slope: Element };

/** The sum on a line through the first point, whose y is given, and a point of the given x: written to the results. */
const third = ({ field, pairs }: BatchBody, { x, y, slope }: Line): void => {
  const [first, sum] = [field.element("first"), field.element("sum")];
  field.gather(first, pairs.first);
  field.sqr(sum, slope);
  field.sub(sum, sum, first);
  field.sub(sum, sum, x);
  field.norm(sum);
  field.sub(first, first, sum);
  field.mul(slope, slope, first);
  field.sub(slope, slope, y);
  const results = pairs.results();
  field.scatter(sum, results);
  field.scatter(slope, results, field.bytes);
};
