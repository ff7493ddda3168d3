/**
 * From scalars to terms: a scalar that is longer than the parts of a decomposition becomes several short ones, which
 * multiply the point and its images under the endomorphism; a short one stays as it is; 0 is left out.
 */
import { i32, i64, type FunctionBuilder, type I32, type I64, type Local } from "../asm/index.ts";
import type { ModuleBuilder } from "../asm/index.ts";
import { pointBytes, type CurveGroup } from "../curve/group.ts";
import { POINTER_BYTES } from "../curve/pairs.ts";
import { LIMB_BITS, type Decomposition } from "./decomposition.ts";
import { LimbCode, wordOf, type Limbs } from "./limbs.ts";
import { get, put } from "./work.ts";

const SCALAR_BYTES = 32;
const SCALAR_LIMBS = 8;
/** Bytes of a term's scalar. */
export const TERM_BYTES = 16;

/**
 * `${prefix}Split(work, scalars, points, n, bias)`: writes the terms of n points and their scalars (see scalars.ts for their
 * form): at `termScalars` 16 bytes each, the magnitude plus the 16-byte integer at `bias`; at `termPoints` the point, negated
 * where the part is negative. At `sources` it lists the points whose images are needed; each gets room for all of its
 * images, in order, from `images` on. Sets `terms` and `long` to how many there are of both.
 */
export const emitSplit = (
  module: ModuleBuilder,
  group: CurveGroup,
  decomposition: Decomposition,
): void => {
  const params = {
    ...({ work: "i32", scalars: "i32", points: "i32" } as const),
    ...({ n: "i32", bias: "i32" } as const),
  };
  module.export({ name: `${group.prefix}Split`, params }, (f, params) => {
    const { work, scalars, points, n, bias } = params;
    const split = new Splitting(f, work, { bias, decomposition });
    const bytes = pointBytes(group);
    const imagesBytes = (decomposition.steps.length - 1) * bytes;
    const source = f.let("source", get(work, "sources"));
    const images = f.let("images", get(work, "images"));
    const end = f.let("end", i32.add(scalars, i32.mul(n, i32.const(SCALAR_BYTES))));
    f.while(
      () => i32.ltU(scalars, end),
      () => {
        split.read(scalars);
        f.if(
          split.isLong(),
          () => {
            split.decompose((part) =>
              part === 0 ? points : i32.add(images, i32.const((part - 1) * bytes)),
            );
            f.do(i32.store(source, points));
            f.set(source, i32.add(source, i32.const(POINTER_BYTES)));
            f.set(images, i32.add(images, i32.const(imagesBytes)));
          },
          () => split.keep(points),
        );
        f.set(scalars, i32.add(scalars, i32.const(SCALAR_BYTES)));
        f.set(points, i32.add(points, i32.const(bytes)));
      },
    );
    split.close();
    const listed = i32.sub(source, get(work, "sources"));
    f.do(put(work, "long", i32.shrU(listed, i32.const(2))));
  });
};

type SplittingParts = { readonly bias: I32; readonly decomposition: Decomposition };

/** The code for one scalar, and what it writes to. */
class Splitting {
  readonly #f: FunctionBuilder;
  readonly #work: I32;
  readonly #decomposition: Decomposition;
  readonly #code: LimbCode;
  readonly #scalar: Limbs;
  readonly #sign: Local<"i32">;
  readonly #low: Local<"i64">;
  readonly #high: Local<"i64">;
  readonly #negative: Local<"i64">;
  readonly #bias: readonly [Local<"i64">, Local<"i64">];
  readonly #term: Local<"i32">;
  readonly #termPoint: Local<"i32">;

  constructor(f: FunctionBuilder, work: I32, { bias, decomposition }: SplittingParts) {
    this.#f = f;
    this.#work = work;
    this.#decomposition = decomposition;
    this.#code = new LimbCode(f);
    this.#scalar = this.#code.registers("scalar", SCALAR_LIMBS);
    this.#sign = f.local("i32", "sign");
    this.#low = f.local("i64", "low");
    this.#high = f.local("i64", "high");
    this.#negative = f.local("i64", "negative");
    this.#bias = [f.let("biasLow", i64.load(bias)), f.let("biasHigh", i64.load(bias, 8))];
    this.#term = f.let("term", get(work, "termScalars"));
    this.#termPoint = f.let("termPoint", get(work, "termPoints"));
  }

  read(at: I32): void {
    const f = this.#f;
    this.#scalar.forEach((limb, index) => f.set(limb, i64.load32U(at, 4 * index)));
    const [top] = this.#scalar.slice(-1);
    if (top === undefined) return;
    f.set(this.#sign, i32.wrapI64(i64.shrU(top, i64.const(LIMB_BITS - 1))));
    f.set(top, i64.and(top, i64.const(2n ** BigInt(LIMB_BITS - 1) - 1n)));
  }

  /** Whether the scalar has more bits than a part. */
  isLong(): I32 {
    const { bits } = this.#decomposition;
    const whole = Math.floor(bits / LIMB_BITS);
    const rest = this.#scalar
      .slice(whole)
      .map((limb, index) => (index === 0 ? i64.shrU(limb, i64.const(bits % LIMB_BITS)) : limb));
    return i64.ne(
      rest.reduce<I64>((all, limb) => i64.or(all, limb), i64.const(0)),
      i64.const(0),
    );
  }

  /** The scalar itself as a term, unless it is 0. */
  keep(point: I32): void {
    const f = this.#f;
    const [a, b, c, d] = this.#scalar;
    if (a === undefined || b === undefined || c === undefined || d === undefined) return;
    f.set(this.#low, wordOf(a, b));
    f.set(this.#high, wordOf(c, d));
    this.#append(i32.or(point, this.#sign));
  }

  /** A term for each part that is not 0. */
  decompose(pointOf: (part: number) => I32): void {
    const { steps, bits } = this.#decomposition;
    const code = this.#code;
    const counts = steps.map(({ factor, drop, shift, bits: most }, index) => {
      const kept = this.#scalar.slice(drop / LIMB_BITS);
      const length = kept.length + Math.ceil(factor.toString(2).length / LIMB_BITS);
      const product = code.registers("product", length);
      code.multiply(product, kept, factor);
      const times = code.registers(`times${index}.`, Math.ceil(most / LIMB_BITS));
      code.roundedShift(times, product, shift);
      return times;
    });
    // One bit more, for the sign.
    const limbs = code.registers("part", Math.ceil((bits + 1) / LIMB_BITS));
    steps.forEach((_, part) => {
      limbs.forEach((limb, index) => {
        const own = part === 0 ? this.#scalar[index] : undefined;
        this.#f.set(limb, own ?? i64.const(0));
      });
      steps.forEach(({ vector }, index) =>
        this.#takeAway(limbs, counts[index] ?? [], vector[part] ?? 0n),
      );
      code.settle(limbs);
      this.#magnitude(limbs);
      const sign = i32.xor(this.#sign, i32.wrapI64(this.#negative));
      this.#append(i32.or(pointOf(part), sign));
    });
  }

  close(): void {
    const listed = i32.sub(this.#termPoint, get(this.#work, "termPoints"));
    this.#f.do(put(this.#work, "terms", i32.shrU(listed, i32.const(2))));
  }

  /** Takes `times` times a constant away, limb by limb. */
  #takeAway(limbs: Limbs, times: Limbs, constant: bigint): void {
    const f = this.#f;
    const magnitude = constant < 0n ? -constant : constant;
    if (magnitude === 0n) return;
    const product = this.#code.registers("product", limbs.length);
    if (magnitude !== 1n) this.#code.multiply(product, times, magnitude);
    limbs.forEach((limb, index) => {
      const amount = magnitude === 1n ? times[index] : product[index];
      if (amount === undefined) return;
      f.set(limb, constant < 0n ? i64.add(limb, amount) : i64.sub(limb, amount));
    });
  }

  /** Sets `low`, `high` and `negative` to a settled number. */
  #magnitude(limbs: Limbs): void {
    const f = this.#f;
    const [a, b, c, d] = limbs;
    if (a === undefined || b === undefined) return;
    const top = limbs.at(-1) ?? b;
    f.set(this.#negative, i64.shrU(top, i64.const(LIMB_BITS - 1)));
    const signs = i64.sub(i64.const(0), this.#negative);
    f.set(this.#low, i64.xor(wordOf(a, b), signs));
    const above = c === undefined ? signs : wordOf(c, d ?? signs);
    f.set(this.#high, i64.xor(above, signs));
    f.set(this.#low, i64.add(this.#low, this.#negative));
    const carry = i64.and(this.#negative, i64.extendI32U(i64.eqz(this.#low)));
    f.set(this.#high, i64.add(this.#high, carry));
  }

  /** Writes `low` and `high` as a term, unless they are 0. */
  #append(point: I32): void {
    const f = this.#f;
    const [low, high] = this.#bias;
    f.if(i64.ne(i64.or(this.#low, this.#high), i64.const(0)), () => {
      f.do(i32.store(this.#termPoint, point));
      f.set(this.#low, i64.add(this.#low, low));
      f.do(i64.store(this.#term, this.#low));
      const carry = i64.extendI32U(i64.ltU(this.#low, low));
      f.do(i64.store(this.#term, i64.add(i64.add(this.#high, high), carry), 8));
      f.set(this.#term, i32.add(this.#term, i32.const(TERM_BYTES)));
      f.set(this.#termPoint, i32.add(this.#termPoint, i32.const(POINTER_BYTES)));
    });
  }
}
