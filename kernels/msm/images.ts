/** Images of points under the groups' endomorphisms, for the points that split.ts lists. */
import { i32, type Expression, type FunctionBuilder, type ModuleBuilder } from "../asm/index.ts";
import type { CurveEndomorphisms, Fq2Constant } from "../curve/endomorphism.ts";
import { pointBytes, type CurveGroup } from "../curve/group.ts";
import { POINTER_BYTES } from "../curve/pairs.ts";
import type { Addresses } from "../field/field.ts";
import { LaneLoop } from "../field/lanes.ts";
import { fq2Arithmetic } from "../tower/fq2.ts";
import { get } from "./work.ts";

/** `g1Images(work)`: of each of `long` points at `sources` its image (beta x, y), from `images` on. */
export const emitG1Images = (
  module: ModuleBuilder,
  group: CurveGroup,
  { beta }: CurveEndomorphisms["g1"],
): void => {
  module.export({ name: "g1Images", params: { work: "i32" } }, (f, { work }) => {
    const fq = group.field.emitter(f);
    const [coordinate, factor] = [fq.element("coordinate"), fq.element("factor")];
    eachSource(f, { work, group, images: 1 }, (from, [image = []]) => {
      fq.constant(factor, beta);
      fq.gather(coordinate, from);
      fq.mul(coordinate, coordinate, factor);
      fq.scatter(coordinate, image);
      fq.gather(coordinate, from, fq.bytes);
      fq.scatter(coordinate, image, fq.bytes);
    });
  });
};

/** `g2Images(work)`: the same, each image followed by its own image and that one's. */
export const emitG2Images = (
  module: ModuleBuilder,
  group: CurveGroup,
  endomorphism: CurveEndomorphisms["g2"],
): void => {
  module.export({ name: "g2Images", params: { work: "i32" } }, (f, { work }) => {
    const fq = group.field.emitter(f);
    const fq2 = fq2Arithmetic(fq);
    const [coordinate, factor, norm] = [
      fq2.element("coordinate"),
      fq2.element("factor"),
      fq.element("norm"),
    ];
    const set = (constant: Fq2Constant): void => {
      fq2.constant(factor, constant);
      // Twice the map is to multiply by the constant's norm: conjugating twice does nothing.
      fq.constant(norm, normOf(constant, group.field.modulus));
    };
    const offset = f.local("i32", "offset");
    const range = {
      from: i32.const(0),
      to: i32.const(2 * fq2.bytes),
      step: fq2.bytes,
    };
    eachSource(f, { work, group, images: 3 }, (from, [first = [], second = [], third = []]) => {
      // A loop over x and y: products are long code.
      const at = (points: Addresses): Addresses => points.map((point) => i32.add(point, offset));
      f.for(offset, range, () => {
        f.if(
          offset,
          () => set(endomorphism.y),
          () => set(endomorphism.x),
        );
        fq2.gather(coordinate, at(from));
        fq2.scale(coordinate, coordinate, norm);
        fq2.scatter(coordinate, at(second));
        fq2.gather(coordinate, at(from));
        fq2.conjugate(coordinate);
        fq2.mul(coordinate, coordinate, factor);
        fq2.scatter(coordinate, at(first));
        fq2.scale(coordinate, coordinate, norm);
        fq2.scatter(coordinate, at(third));
      });
    });
  });
};

const normOf = ([c0, c1]: Fq2Constant, modulus: bigint): bigint => (c0 * c0 + c1 * c1) % modulus;

type Listed = {
  readonly work: Expression<"i32">;
  readonly group: CurveGroup;
  /** Images of a point. */
  readonly images: number;
};

const eachSource = (
  f: FunctionBuilder,
  { work, group, images }: Listed,
  body: (from: Addresses, to: readonly Addresses[]) => void,
): void => {
  const bytes = pointBytes(group);
  const loop = new LaneLoop(f, { lanes: group.field.lanes, count: get(work, "long") });
  loop.run(() => {
    const from = loop
      .at(get(work, "sources"), POINTER_BYTES)
      .map((pointer) => f.let("source", i32.load(pointer)));
    const first = loop.at(get(work, "images"), images * bytes);
    const to = Array.from({ length: images }, (_, image) =>
      first.map((address) => i32.add(address, i32.const(image * bytes))),
    );
    body(from, to);
  });
};
