/** The operations of wide4 in one function. Limbs are always carried: only the value's bound matters. */
import {
  AssemblyError,
  i32,
  i64,
  wide,
  type Effect,
  type FunctionBuilder,
  type I32,
  type I64,
  type Local,
} from "../asm/index.ts";
import { at, bound, interval, requireWithin, type Interval } from "./bounds.ts";
import type { Addresses, Element } from "./field.ts";
import { indices, LimbCode, type WordPlaces } from "./limb-code.ts";
import { residue, unsignedLimbs } from "./numbers.ts";
import { valueBound, type WideShape } from "./wide-shape.ts";

const zero = i64.const(0);

export class WideCode extends LimbCode<"i64"> {
  readonly #shape: WideShape;

  constructor(f: FunctionBuilder, shape: WideShape) {
    super({
      ...{ f, type: "i64", count: shape.count, carried: shape.stored },
      requireHeld: ({ value }) =>
        requireWithin(value, interval.of(0n, shape.radix - 1n), "a value"),
    });
    this.#shape = shape;
  }

  override load(into: Element, address: I32, offset: number): void {
    this.write(into, this.#words(address, offset), this.#shape.stored);
  }

  override store(from: Element, address: I32, offset: number): void {
    this.within(from, this.#shape.stored);
    this.limbsOf(from).forEach((limb, index) => {
      this.f.do(i64.store(address, limb, offset + 8 * index));
    });
  }

  override gather(into: Element, addresses: Addresses, offset: number): void {
    this.load(into, at(addresses, 0), offset);
  }

  override scatter(from: Element, addresses: Addresses, offset: number): void {
    this.store(from, at(addresses, 0), offset);
  }

  override broadcast(into: Element, address: I32, offset: number): void {
    this.load(into, address, offset);
  }

  override constant(into: Element, value: bigint): void {
    this.#exactly(into, residue(value * this.#shape.radix, this.#shape.modulus));
  }

  override add(into: Element, a: Element, b: Element): void {
    const sum = (): Interval => interval.add(this.#value(a), this.#value(b));
    this.#normUntil(() => this.#isRegister(sum()), [a, b]);
    const known = valueBound(sum());
    const [x, y] = [this.limbsOf(a), this.limbsOf(b)];
    this.#chain(
      into,
      x.map((limb, index) => [limb, at(y, index)] as const),
      wide.add128,
    );
    this.tracker.write(into, known);
  }

  /** a - b + a multiple of the modulus that b cannot exceed. */
  override sub(into: Element, a: Element, b: Element): void {
    const times = (): bigint => this.#above(this.#value(b)) * this.#shape.modulus;
    const sum = (): Interval => interval.of(0n, this.#value(a).high + times());
    this.#normUntil(() => this.#isRegister(sum()), [b, a]);
    const [known, multiple] = [valueBound(sum()), times()];
    const [x, y] = [this.limbsOf(a), this.limbsOf(b)];
    const lifted = this.limbsOf(this.spare);
    const limbs = unsignedLimbs(multiple, this.#shape).map(i64.const);
    this.#chain(
      this.spare,
      limbs.map((limb, index) => [limb, at(y, index)] as const),
      wide.sub128,
    );
    this.#chain(
      into,
      x.map((limb, index) => [limb, at(lifted, index)] as const),
      wide.add128,
    );
    this.tracker.write(into, known);
  }

  override negateWhere(into: Element, flags: Addresses): void {
    const { modulus, radix } = this.#shape;
    this.#normUntil(() => this.#above(this.#value(into)) * modulus < radix, [into]);
    const known = this.#value(into);
    const times = this.#above(known) * modulus;
    const limbs = this.limbsOf(into);
    const negated = this.limbsOf(this.spare);
    const pairs = unsignedLimbs(times, this.#shape).map(
      (limb, index) => [i64.const(limb), at(limbs, index)] as const,
    );
    this.#chain(this.spare, pairs, wide.sub128);
    const set = i64.extendI32U(i32.ne(at(flags, 0), i32.const(0)));
    const mask = this.scratch("mask", i64.sub(zero, set));
    const chosen = limbs.map((limb, index) => select(at(negated, index), limb, mask));
    const either = valueBound(interval.of(0n, times > known.high ? times : known.high));
    this.write(into, chosen, either);
  }

  override mul(into: Element, a: Element, b: Element): void {
    const smaller = this.#value(a).high < this.#value(b).high ? a : b;
    this.#normUntil(() => this.#fits(a, b, smaller), [smaller, a, b]);
    if (!this.#fits(a, b, smaller)) throw new AssemblyError("factors are too large");
    const product = this.#value(a).high * this.#value(b).high;
    const value = interval.of(0n, product / this.#shape.radix + this.#shape.modulus);
    this.#multiply(into, this.limbsOf(smaller === a ? b : a), this.limbsOf(smaller));
    this.tracker.write(into, valueBound(value));
  }

  override sqr(into: Element, a: Element): void {
    this.mul(into, a, a);
  }

  override norm(into: Element): void {
    if (!bound.within(this.tracker.read(into), this.#shape.stored)) this.#normFully(into);
  }

  override zeroMask(a: Element): I32 {
    const copy = this.limbsOf(this.spare);
    this.copy(this.spare, a);
    this.#normFully(this.spare);
    return this.f.let("isZero", i64.eqz(copy.reduce<I64>((all, limb) => i64.or(all, limb), zero)));
  }

  override fromWords(into: Element, factor: bigint, { addresses, offset }: WordPlaces): void {
    const { radix, modulus } = this.#shape;
    const words = this.element("words");
    const any = valueBound(interval.of(0n, radix - 1n));
    this.write(words, this.#words(at(addresses, 0), offset), any);
    this.#exactly(into, residue(factor * radix * radix, modulus));
    this.mul(into, into, words);
  }

  override toWords(from: Element, { addresses, offset }: WordPlaces): void {
    const canonical = this.element("canonical");
    this.#exactly(canonical, 1n);
    this.mul(canonical, canonical, from);
    this.#normFully(canonical);
    this.store(canonical, at(addresses, 0), offset);
  }

  #words(address: I32, offset: number): readonly I64[] {
    return indices(this.#shape.count).map((index) => i64.load(address, offset + 8 * index));
  }

  #exactly(into: Element, value: bigint): void {
    const limbs = unsignedLimbs(value, this.#shape).map(i64.const);
    this.write(into, limbs, valueBound(interval.exactly(value)));
  }

  #value(element: Element): Interval {
    return this.tracker.read(element).value;
  }

  /** The least multiple of the modulus that is not below. */
  #above({ high }: Interval): bigint {
    return (high + this.#shape.modulus - 1n) / this.#shape.modulus;
  }

  #isRegister({ low, high }: Interval): boolean {
    return low >= 0n && high < this.#shape.radix;
  }

  /** Each row leaves less than the second factor and the modulus together; that must not overflow. */
  #fits(a: Element, b: Element, second: Element): boolean {
    const { radix, modulus } = this.#shape;
    const product = this.#value(a).high * this.#value(b).high;
    return this.#value(second).high + modulus < radix && product / radix + modulus < radix;
  }

  #normUntil(fits: () => boolean, elements: readonly Element[]): void {
    for (const element of elements) if (!fits()) this.#normFully(element);
  }

  /** Below the modulus: takes its multiples by powers of two away where they fit. */
  #normFully(into: Element): void {
    const { modulus } = this.#shape;
    let { high } = this.#value(into);
    const limbs = this.limbsOf(into);
    const less = this.registers("less", this.#shape.count);
    let times = 1n;
    while (times * 2n * modulus <= high) times *= 2n;
    for (; times > 0n; times /= 2n) {
      const taken = times * modulus;
      const pairs = unsignedLimbs(taken, this.#shape).map(
        (limb, index) => [at(limbs, index), i64.const(limb)] as const,
      );
      const borrow = this.#chain({ registers: less }, pairs, wide.sub128);
      limbs.forEach((limb, index) => {
        this.f.set(limb, select(limb, at(less, index), borrow));
      });
      high = high - taken < taken ? taken - 1n : high - taken;
    }
    this.tracker.write(into, valueBound(interval.of(0n, high)));
  }

  /** Sums or differences of words with their carries. @returns the last carry: 0 or 1, or 0 or -1. */
  #chain(into: Element, pairs: readonly (readonly [I64, I64])[], how: typeof wide.add128): I64 {
    const carry = this.scratch("carry", zero);
    const word = this.scratch("word");
    const sign = how === wide.sub128;
    this.limbsOf(into).forEach((register, index) => {
      const [a, b] = at(pairs, index);
      const before = this.scratch("before", carry);
      this.#pair(word, carry, how([a, zero], [b, zero]));
      this.#pair(word, carry, wide.add128([word, carry], [before, sign ? before : zero]));
      this.f.set(register, word);
    });
    return carry;
  }

  #pair(low: Local<"i64">, high: Local<"i64">, code: Effect): void {
    this.f.setPair([low, high], code);
  }

  /** Rows of products, each followed by the multiple of the modulus that makes the lowest word 0 (CIOS). */
  #multiply(into: Element, a: readonly I64[], b: readonly I64[]): void {
    const { modulus, negativeInverse, count } = this.#shape;
    const sums = this.limbsOf(this.spare);
    const modulusLimbs = unsignedLimbs(modulus, this.#shape).map(i64.const);
    const quotient = this.scratch("quotient");
    const top = this.scratch("top");
    a.forEach((word, row) => {
      const first = row === 0;
      const products = b.map(
        (other, index) => [word, other, first ? zero : at(sums, index)] as const,
      );
      const high = this.#row(products, (index) => at(sums, index));
      this.f.set(top, high);
      this.f.set(quotient, i64.mul(at(sums, 0), i64.const(negativeInverse)));
      const reductions = modulusLimbs.map(
        (limb, index) => [quotient, limb, at(sums, index)] as const,
      );
      const carry = this.#row(reductions, (index) =>
        index === 0 ? undefined : at(sums, index - 1),
      );
      this.f.set(at(sums, count - 1), i64.add(top, carry));
    });
    this.limbsOf(into).forEach((register, index) => this.f.set(register, at(sums, index)));
  }

  /** a b + c and the carry, word by word: together below 2^128. @returns the last carry. */
  #row(
    terms: readonly (readonly [I64, I64, I64])[],
    place: (index: number) => Local<"i64"> | undefined,
  ): I64 {
    const carry = this.scratch("carry", zero);
    const [low, high] = [this.scratch("word"), this.scratch("before")];
    terms.forEach(([a, b, c], index) => {
      this.#pair(low, high, wide.mulU(a, b));
      this.#pair(low, high, wide.add128([low, high], [c, zero]));
      this.#pair(low, carry, wide.add128([low, high], [carry, zero]));
      const register = place(index);
      if (register !== undefined) this.f.set(register, low);
    });
    return carry;
  }
}

/** `a` where the mask is all ones, `b` where it is 0. */
const select = (a: I64, b: I64, mask: I64): I64 => i64.xor(b, i64.and(i64.xor(a, b), mask));
