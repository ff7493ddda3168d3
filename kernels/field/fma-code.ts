/** The operations of fma2 in one function, each with the bound of its result. */
import {
  AssemblyError,
  f64x2,
  i32,
  i32x4,
  i64,
  i64x2,
  v128,
  type FunctionBuilder,
  type I32,
  type I64,
  type V128,
} from "../asm/index.ts";
import {
  at,
  bound,
  interval,
  requireLimbs,
  requireWithin,
  type Bound,
  type Interval,
} from "./bounds.ts";
import { bitsOf, exactNumber, type FmaConstants, type FmaParts } from "./fma-constants.ts";
import { FmaRows, reducedValue, type FmaContext, type Limb } from "./fma-multiply.ts";
import { isExact, isLazy, productsFit, remainderOf } from "./fma-reduce.ts";
import { balancedBound, type FmaShape } from "./fma-shape.ts";
import { canonicalWords, unpackPair } from "./fma-words.ts";
import type { Addresses, Element } from "./field.ts";
import { LimbCode, type WordPlaces } from "./limb-code.ts";
import { balanced, signedLimbs } from "./numbers.ts";
import { rowsOfProduct, rowsOfSquare, type Rows } from "./rows.ts";

/** Those that an f64 holds exactly. */
const integers = interval.around(2n ** 53n);

export class FmaCode extends LimbCode<"v128"> {
  readonly #shape: FmaShape;
  readonly #constants: FmaConstants;
  #rows: FmaContext | undefined;
  #doubled: Element | undefined;

  constructor(f: FunctionBuilder, { shape, constants }: FmaParts) {
    super({
      ...{ f, type: "v128", count: shape.count, carried: shape.vector },
      requireHeld: (known) => requireLimbs(known, integers),
    });
    this.#shape = shape;
    this.#constants = constants;
  }

  override load(into: Element, address: I32, offset: number): void {
    const limbs = this.limbsOf(into).map((_, index) => v128.load(address, offset + 16 * index));
    this.write(into, limbs, this.#shape.vector);
  }

  override store(from: Element, address: I32, offset: number): void {
    this.within(from, this.#shape.vector);
    this.limbsOf(from).forEach((limb, index) => {
      this.f.do(v128.store(address, limb, offset + 16 * index));
    });
  }

  override gather(into: Element, addresses: Addresses, offset: number): void {
    const limbs = this.limbsOf(into).map((_, index) => {
      const first = v128.load64Zero(at(addresses, 0), offset + 8 * index);
      return v128.load64Lane(at(addresses, 1), first, { lane: 1, offset: offset + 8 * index });
    });
    this.write(into, limbs, this.#shape.single);
  }

  override scatter(from: Element, addresses: Addresses, offset: number): void {
    this.within(from, this.#shape.single);
    this.limbsOf(from).forEach((limb, index) => {
      for (const lane of [0, 1]) {
        const place = { lane, offset: offset + 8 * index };
        this.f.do(v128.store64Lane(at(addresses, lane), limb, place));
      }
    });
  }

  override broadcast(into: Element, address: I32, offset: number): void {
    const limbs = this.limbsOf(into).map((_, index) =>
      v128.load64Splat(address, offset + 8 * index),
    );
    this.write(into, limbs, this.#shape.single);
  }

  override constant(into: Element, value: bigint): void {
    const { radix, modulus } = this.#shape;
    this.#exactly(into, balanced(value * radix, modulus));
  }

  override add(into: Element, a: Element, b: Element): void {
    this.#limbwise(into, this.#sumOf(a, b, bound.add), (index) =>
      f64x2.add(at(this.limbsOf(a), index), at(this.limbsOf(b), index)),
    );
  }

  override sub(into: Element, a: Element, b: Element): void {
    this.#limbwise(into, this.#sumOf(a, b, bound.sub), (index) =>
      f64x2.sub(at(this.limbsOf(a), index), at(this.limbsOf(b), index)),
    );
  }

  override negateWhere(into: Element, flags: Addresses): void {
    const known = this.tracker.read(into);
    const [first, second] = [signWhere(at(flags, 0)), signWhere(at(flags, 1))];
    const signs = this.scratch("signs", i64x2.replaceLane(i64x2.splat(first), 1, second));
    const limbs = this.limbsOf(into).map((limb) => v128.xor(limb, signs));
    this.write(into, limbs, bound.join(known, bound.neg(known)));
  }

  override mul(into: Element, a: Element, b: Element): void {
    this.#fit(a, b);
    const product = interval.mul(this.tracker.read(a).value, this.tracker.read(b).value);
    this.#reduce(into, rowsOfProduct(this.#limbs(a), this.#limbs(b)), product);
  }

  override sqr(into: Element, a: Element): void {
    this.#fit(a, a);
    const { value } = this.tracker.read(a);
    const doubled = (this.#doubled ??= this.element("doubled"));
    this.add(doubled, a, a);
    const rows = rowsOfSquare(this.#limbs(a), this.#limbs(doubled));
    this.#reduce(into, rows, interval.mul(value, value));
  }

  override norm(into: Element): void {
    if (!bound.within(this.tracker.read(into), this.#shape.single)) this.#normFully(into);
  }

  override zeroMask(a: Element): I32 {
    this.copy(this.spare, a);
    this.#normFully(this.spare);
    const { value } = this.tracker.read(this.spare);
    requireWithin(value, interval.around(this.#shape.modulus - 1n), "what is compared with 0");
    // -0 equals 0, too.
    const equal = this.limbsOf(this.spare)
      .map((limb) => f64x2.eq(limb, f64x2.const(0)))
      .reduce<V128>((all, mask) => v128.and(all, mask), v128.const(-1n));
    const mask = this.scratch("signs", equal);
    const first = i32.and(i32x4.extractLane(mask, 0), i32.const(1));
    return this.f.let("zeroMask", i32.or(first, i32.and(i32x4.extractLane(mask, 2), i32.const(2))));
  }

  override fromWords(into: Element, factor: bigint, { addresses, offset }: WordPlaces): void {
    const { radix, modulus } = this.#shape;
    const places = [at(addresses, 0), at(addresses, 1)] as const;
    const words = unpackPair({ shape: this.#shape, constants: this.#constants }, places, offset);
    this.write(this.spare, words.limbs, words.known);
    this.#exactly(into, balanced(factor * radix * radix, modulus));
    this.mul(into, into, this.spare);
  }

  override toWords(from: Element, { addresses, offset }: WordPlaces): void {
    const { modulus } = this.#shape;
    this.#exactly(this.spare, 1n);
    this.mul(this.spare, this.spare, from);
    const { value } = this.tracker.read(this.spare);
    requireWithin(value, interval.around(modulus - 1n), "what leaves Montgomery form");
    // Its bits as an integer: those of 1.5 2^52 + limb, less those of 1.5 2^52.
    const integers = this.limbsOf(this.spare).map((limb) =>
      f64x2.add(limb, this.#constants.integer),
    );
    this.write(this.spare, integers, this.tracker.read(this.spare));
    for (const lane of [0, 1]) {
      const limbs = this.limbsOf(this.spare).map((limb) =>
        i64.sub(i64x2.extractLane(limb, lane), i64.const(bitsOf(1.5 * 2 ** 52))),
      );
      canonicalWords(this.f, limbs, this.#shape).forEach((word, index) => {
        this.f.do(i64.store(at(addresses, lane), word, offset + 8 * index));
      });
    }
  }

  /** Limbs as they are, in both lanes. */
  #exactly(into: Element, value: bigint): void {
    const limbs = signedLimbs(value, this.#shape);
    const known: Bound = { limbs: limbs.map(interval.exactly), value: interval.exactly(value) };
    const codes = limbs.map((limb) => this.#constants.number(exactNumber(limb)));
    this.write(into, codes, known);
  }

  #reduce(into: Element, rows: Rows<Limb>, product: Interval): void {
    const { f } = this;
    this.#rows ??= {
      ...{ f, shape: this.#shape, constants: this.#constants },
      locals: {
        columns: this.registers("column", 2 * this.#shape.count),
        high: this.scratch("high"),
        quotient: this.scratch("quotient"),
      },
    };
    const value = reducedValue(product, this.#shape);
    new FmaRows(this.#rows, rows).finish(this.limbsOf(into), value);
    this.tracker.write(into, balancedBound(this.#shape, value));
  }

  /** Takes the nearest multiple of the modulus away and carries all limbs. */
  #normFully(into: Element): void {
    const before = this.tracker.read(into);
    if (!isExact(before, this.#shape)) this.#carry(into, before.value);
    const known = this.tracker.read(into);
    if (!isExact(known, this.#shape))
      throw new AssemblyError("norm is not exact: its limbs are too large");
    const { modulus, width, count } = this.#shape;
    const { integer, number, modulus: constants } = this.#constants;
    const limbs = this.limbsOf(into);
    const unit = 2 ** (Number(width) * (count - 1));
    const estimate = f64x2.mul(at(limbs, count - 1), number(unit / Number(modulus)));
    const times = this.scratch("times", f64x2.sub(f64x2.add(estimate, integer), integer));
    limbs.forEach((limb, index) => {
      this.f.set(limb, f64x2.relaxedNmadd(times, at(constants.limbs, index), limb));
    });
    this.#carry(into, remainderOf(known, this.#shape).value);
  }

  /** Rounds each limb to within half a unit of the next, which gets the rest. */
  #carry(into: Element, value: Interval): void {
    const { f } = this;
    const { split, number } = this.#constants;
    const limbs = this.limbsOf(into);
    const carry = this.scratch("times");
    limbs.slice(0, -1).forEach((limb, index) => {
      const next = at(limbs, index + 1);
      f.set(carry, f64x2.sub(f64x2.add(limb, split), split));
      f.set(limb, f64x2.sub(limb, carry));
      f.set(next, f64x2.relaxedMadd(carry, number(2 ** -Number(this.#shape.width)), next));
    });
    this.tracker.write(into, balancedBound(this.#shape, value));
  }

  #limbs(element: Element): readonly Limb[] {
    const known = this.tracker.read(element);
    return this.limbsOf(element).map((code, index) => ({ code, range: at(known.limbs, index) }));
  }

  /** The bound of a sum or difference; norms operands, the larger first, if it could not be normed itself. */
  #sumOf(a: Element, b: Element, how: (x: Bound, y: Bound) => Bound): Bound {
    const sum = (): Bound => how(this.tracker.read(a), this.tracker.read(b));
    for (const element of this.#bySize(a, b)) {
      if (!isLazy(sum(), this.#shape)) this.#normFully(element);
    }
    return sum();
  }

  /** @throws AssemblyError when the result could not be normed. */
  #limbwise(into: Element, known: Bound, limb: (index: number) => V128): void {
    if (!isLazy(known, this.#shape)) throw new AssemblyError("a sum is too large for its limbs");
    this.limbsOf(into).forEach((register, index) => this.f.set(register, limb(index)));
    this.tracker.write(into, known);
  }

  #bySize(a: Element, b: Element): readonly Element[] {
    const [x, y] = [this.tracker.read(a), this.tracker.read(b)];
    const [first, second] = [x, y].map(
      (known) => interval.magnitude(known.value) * bound.limb(known),
    );
    return (first ?? 0n) < (second ?? 0n) ? [b, a] : [a, b];
  }

  /** Norms operands, the larger first, until their product fits; a square is that of limbs and doubled limbs. */
  #fit(a: Element, b: Element): void {
    for (const element of this.#bySize(a, b)) {
      const [x, y] = [this.tracker.read(a), this.tracker.read(b)];
      const limbs = a === b ? bound.add(x, x).limbs : y.limbs;
      if (!productsFit(x, { limbs, value: y.value }, this.#shape)) this.#normFully(element);
    }
  }
}

/** The sign bit where the flag is not 0. */
const signWhere = (flag: I32): I64 =>
  i64.shl(i64.extendI32U(i32.ne(flag, i32.const(0))), i64.const(63));
