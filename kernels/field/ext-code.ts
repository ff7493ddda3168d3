/** The operations of ext4 in one function, each with the bound of its result. */
import {
  AssemblyError,
  i32,
  i32x4,
  i64,
  v128,
  type FunctionBuilder,
  type I32,
  type I64,
  type V128,
} from "../asm/index.ts";
import type { ConstantPool } from "../constants.ts";
import { at, bound, interval, requireWithin, type Bound, type Interval } from "./bounds.ts";
import { isExact, isLazy, productsFit, remainderOf, requireHeld } from "./ext-reduce.ts";
import { ExtRows, splatBits, type ExtContext, type Limb } from "./ext-rows.ts";
import type { ExtShape } from "./ext-shape.ts";
import type { Addresses, Element } from "./field.ts";
import { indices, LimbCode, type WordPlaces } from "./limb-code.ts";
import { residue, unsignedLimbs } from "./numbers.ts";
import { rowsOfProduct, rowsOfSquare, type Rows } from "./rows.ts";
import { requireProduct, type Reduction } from "./scalar-multiply.ts";
import { carriedBound } from "./scalar-shape.ts";
import { packWords, unpackWords } from "./scalar-words.ts";

const LANES = indices(4);

export class ExtCode extends LimbCode<"v128"> {
  readonly #shape: ExtShape;
  readonly #pool: ConstantPool;
  #rows: ExtContext | undefined;
  #doubled: Element | undefined;

  constructor(f: FunctionBuilder, shape: ExtShape, pool: ConstantPool) {
    super({ f, type: "v128", count: shape.count, carried: shape.stored, requireHeld });
    this.#shape = shape;
    this.#pool = pool;
  }

  override load(into: Element, address: I32, offset: number): void {
    const limbs = this.limbsOf(into).map((_, index) => v128.load(address, offset + 16 * index));
    this.write(into, limbs, this.#shape.stored);
  }

  override store(from: Element, address: I32, offset: number): void {
    this.within(from, this.#shape.stored);
    this.limbsOf(from).forEach((limb, index) => {
      this.f.do(v128.store(address, limb, offset + 16 * index));
    });
  }

  override gather(into: Element, addresses: Addresses, offset: number): void {
    const limbs = this.limbsOf(into).map((_, index) =>
      addresses
        .slice(1)
        .reduce(
          (limb, address, lane) =>
            v128.load32Lane(address, limb, { lane: lane + 1, offset: offset + 4 * index }),
          v128.load32Zero(at(addresses, 0), offset + 4 * index),
        ),
    );
    this.write(into, limbs, this.#shape.stored);
  }

  override scatter(from: Element, addresses: Addresses, offset: number): void {
    this.within(from, this.#shape.stored);
    this.limbsOf(from).forEach((limb, index) => {
      for (const lane of LANES) {
        const place = { lane, offset: offset + 4 * index };
        this.f.do(v128.store32Lane(at(addresses, lane), limb, place));
      }
    });
  }

  override broadcast(into: Element, address: I32, offset: number): void {
    const limbs = this.limbsOf(into).map((_, index) =>
      v128.load32Splat(address, offset + 4 * index),
    );
    this.write(into, limbs, this.#shape.stored);
  }

  override constant(into: Element, value: bigint): void {
    this.#exactly(into, residue(value * this.#shape.radix, this.#shape.modulus));
  }

  override add(into: Element, a: Element, b: Element): void {
    const [known, x, y] = [this.#sumOf(a, b, bound.add), this.limbsOf(a), this.limbsOf(b)];
    const limbs = x.map((limb, index) => i32x4.add(limb, at(y, index)));
    this.write(into, limbs, known);
  }

  override sub(into: Element, a: Element, b: Element): void {
    const [known, x, y] = [this.#sumOf(a, b, bound.sub), this.limbsOf(a), this.limbsOf(b)];
    const limbs = x.map((limb, index) => i32x4.sub(limb, at(y, index)));
    this.write(into, limbs, known);
  }

  override negateWhere(into: Element, flags: Addresses): void {
    const known = this.tracker.read(into);
    // All ones where the flag is set: (x ^ -1) - -1 = -x.
    const masks = flags.map((flag) => i32.sub(i32.const(0), i32.ne(flag, i32.const(0))));
    const mask = this.scratch("mask", vectorOf(masks));
    const limbs = this.limbsOf(into).map((limb) => i32x4.sub(v128.xor(limb, mask), mask));
    this.write(into, limbs, bound.join(known, bound.neg(known)));
  }

  override mul(into: Element, a: Element, b: Element): void {
    this.#fit(a, b);
    const rows = rowsOfProduct(this.#limbs(a), this.#limbs(b));
    const values = [this.tracker.read(a).value, this.tracker.read(b).value] as const;
    this.#reduce(into, rows, { value: requireProduct(...values, this.#shape) });
  }

  override sqr(into: Element, a: Element): void {
    this.#fit(a, a);
    const doubled = (this.#doubled ??= this.element("doubled"));
    this.add(doubled, a, a);
    const { value } = this.tracker.read(a);
    const rows = rowsOfSquare(this.#limbs(a), this.#limbs(doubled));
    this.#reduce(into, rows, { value: requireProduct(value, value, this.#shape) });
  }

  override norm(into: Element): void {
    if (!bound.within(this.tracker.read(into), this.#shape.stored)) this.#normFully(into);
  }

  override zeroMask(a: Element): I32 {
    this.copy(this.spare, a);
    this.#normFully(this.spare);
    const { value } = this.tracker.read(this.spare);
    requireWithin(value, interval.around(this.#shape.modulus - 1n), "what is compared with 0");
    const any = this.limbsOf(this.spare).reduce<V128>(
      (all, limb) => v128.or(all, limb),
      v128.const(0n),
    );
    const zero = this.scratch("mask", i32x4.eq(any, v128.const(0n)));
    const bits = LANES.map((lane) =>
      i32.and(i32x4.extractLane(zero, lane), i32.const(2 ** lane)),
    ).reduce<I32>((all, bit) => i32.or(all, bit), i32.const(0));
    return this.f.let("zeroMask", bits);
  }

  override fromWords(into: Element, factor: bigint, { addresses, offset }: WordPlaces): void {
    const { radix, modulus, count } = this.#shape;
    const lanes = addresses.map((address) => unpackWords(this.#shape, address, offset));
    const { value } = at(lanes, 0);
    const limbs = indices(count).map((index) =>
      vectorOf(lanes.map((lane) => i32.wrapI64(at(lane.limbs, index)))),
    );
    this.write(this.spare, limbs, carriedBound(this.#shape, value));
    this.#exactly(into, residue(factor * radix * radix, modulus));
    this.mul(into, into, this.spare);
  }

  override toWords(from: Element, { addresses, offset }: WordPlaces): void {
    const { modulusLimbs, modulus, radix, stored } = this.#shape;
    const { value } = this.within(from, stored);
    // From 0 to the modulus, both included, since all that is stored is below the radix.
    requireWithin(value, interval.around(radix - 1n), "what leaves Montgomery form");
    const one = { code: this.#splat(1n), range: interval.exactly(1n) };
    const rows = this.#limbs(from).map((limb, row) => [{ column: row, a: limb, b: one }]);
    this.#reduce(this.spare, rows, { value: interval.of(0n, modulus), how: "canonical" });
    const limbs = this.limbsOf(this.spare);
    const equal = limbs
      .map((limb, index) => i32x4.eq(limb, this.#splat(at(modulusLimbs, index))))
      .reduce<V128>((all, mask) => v128.and(all, mask), v128.const(-1n));
    const isModulus = this.scratch("mask", equal);
    const reduced = limbs.map((limb) => v128.andnot(limb, isModulus));
    this.write(this.spare, reduced, this.tracker.read(this.spare));
    for (const lane of LANES) {
      const words = packWords(this.#laneOf(this.spare, lane), this.#shape);
      words.forEach((word, index) => {
        this.f.do(i64.store(at(addresses, lane), word, offset + 8 * index));
      });
    }
  }

  #laneOf(element: Element, lane: number): readonly I64[] {
    return this.limbsOf(element).map((limb) => i64.extendI32U(i32x4.extractLane(limb, lane)));
  }

  /** Limbs as they are, carried, in all lanes. */
  #exactly(into: Element, value: bigint): void {
    const limbs = unsignedLimbs(value, this.#shape);
    const known: Bound = { limbs: limbs.map(interval.exactly), value: interval.exactly(value) };
    this.write(
      into,
      limbs.map((limb) => this.#splat(limb)),
      known,
    );
  }

  #reduce(into: Element, rows: Rows<Limb>, { value, how = "lazy" }: Reduced): void {
    const { f } = this;
    this.#rows ??= {
      ...{ f, shape: this.#shape, pool: this.#pool },
      locals: {
        columns: indices(2 * this.#shape.count).map((column) => [
          f.local("v128", `low${column}`),
          f.local("v128", `high${column}`),
        ]),
        quotient: f.local("v128", "quotient"),
      },
    };
    new ExtRows(this.#rows, rows, how).carry(this.limbsOf(into));
    this.tracker.write(into, carriedBound(this.#shape, value));
  }

  /** Takes about the nearest multiple of the modulus away and carries all limbs. */
  #normFully(into: Element): void {
    const before = this.tracker.read(into);
    if (!isExact(before, this.#shape)) this.#carry(into, before.value);
    const known = this.tracker.read(into);
    if (!isExact(known, this.#shape))
      throw new AssemblyError("norm is not exact: its limbs are too large");
    const { signedModulus, count, estimate } = this.#shape;
    const limbs = this.limbsOf(into);
    const first = i32x4.shrS(at(limbs, count - 1), i32.const(Number(estimate.drop)));
    const scaled = i32x4.mul(first, this.#splat(estimate.factor));
    const rounded = i32x4.add(scaled, this.#splat(2n ** (estimate.shift - 1n)));
    const times = this.scratch("times", i32x4.shrS(rounded, i32.const(Number(estimate.shift))));
    limbs.forEach((limb, index) => {
      this.f.set(limb, i32x4.sub(limb, i32x4.mul(times, this.#splat(at(signedModulus, index)))));
    });
    this.#carry(into, remainderOf(known, this.#shape).value);
  }

  #carry(into: Element, value: Interval): void {
    const { width } = this.#shape;
    const limbs = this.limbsOf(into);
    limbs.slice(0, -1).forEach((limb, index) => {
      const next = at(limbs, index + 1);
      this.f.set(next, i32x4.add(next, i32x4.shrS(limb, i32.const(Number(width)))));
      this.f.set(limb, v128.and(limb, this.#splat(2n ** width - 1n)));
    });
    this.tracker.write(into, carriedBound(this.#shape, value));
  }

  #limbs(element: Element): readonly Limb[] {
    const known = this.tracker.read(element);
    return this.limbsOf(element).map((code, index) => ({ code, range: at(known.limbs, index) }));
  }

  #splat(value: bigint): V128 {
    return this.#pool.splat(splatBits(value));
  }

  /** The bound of a sum or difference; norms operands, the larger first, if it could not be normed itself. */
  #sumOf(a: Element, b: Element, how: (x: Bound, y: Bound) => Bound): Bound {
    const sum = (): Bound => how(this.tracker.read(a), this.tracker.read(b));
    for (const element of this.#bySize(a, b)) {
      if (!isLazy(sum(), this.#shape)) this.#normFully(element);
    }
    if (!isLazy(sum(), this.#shape)) throw new AssemblyError("a sum is too large for its limbs");
    return sum();
  }

  #bySize(a: Element, b: Element): readonly Element[] {
    const [x, y] = [this.tracker.read(a), this.tracker.read(b)];
    return bound.limb(x) < bound.limb(y) ? [b, a] : [a, b];
  }

  #fit(a: Element, b: Element): void {
    for (const element of this.#bySize(a, b)) {
      const [x, y] = [this.tracker.read(a), this.tracker.read(b)];
      if (!productsFit(x, y, this.#shape)) this.#normFully(element);
    }
  }
}

type Reduced = {
  /** What it can be. */
  readonly value: Interval;
  readonly how?: Reduction;
};

const vectorOf = ([first = i32.const(0), ...rest]: readonly I32[]): V128 =>
  rest.reduce(
    (vector, value, lane) => i32x4.replaceLane(vector, lane + 1, value),
    i32x4.splat(first),
  );
