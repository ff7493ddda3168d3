/** The operations of scalar9 in one function, each with the bound of its result. */
import { i32, i64, type FunctionBuilder, type I32, type I64, type Local } from "../asm/index.ts";
import {
  at,
  bound,
  interval,
  requireLimbs,
  requireWithin,
  type Bound,
  type Interval,
} from "./bounds.ts";
import type { Addresses, Element } from "./field.ts";
import { indices, LimbCode, type WordPlaces } from "./limb-code.ts";
import { residue, unsignedLimbs } from "./numbers.ts";
import { int, load32S, ranged, word, type Ranged } from "./ranged.ts";
import { rowsOfProduct, rowsOfSquare, type Rows } from "./rows.ts";
import {
  columnsFit,
  MontgomeryRows,
  reducedValue,
  requireProduct,
  type Columns,
  type Reduction,
} from "./scalar-multiply.ts";
import { estimateQuotient, remainderOf } from "./scalar-reduce.ts";
import { carriedBound, type ScalarShape } from "./scalar-shape.ts";
import { packWords, unpackWords } from "./scalar-words.ts";

export class ScalarCode extends LimbCode<"i64"> {
  readonly #shape: ScalarShape;
  #columns: Columns | undefined;
  #doubled: readonly Local<"i64">[] | undefined;

  constructor(f: FunctionBuilder, shape: ScalarShape) {
    super({
      ...{ f, type: "i64", count: shape.count, carried: shape.stored },
      requireHeld: (known) => requireLimbs(known, word),
    });
    this.#shape = shape;
  }

  override load(into: Element, address: I32, offset: number): void {
    const last = this.#shape.count - 1;
    const limbs = indices(this.#shape.count).map((index) => {
      const place = offset + 4 * index;
      return index === last ? load32S(address, place) : i64.load32U(address, place);
    });
    this.write(into, limbs, this.#shape.stored);
  }

  override store(from: Element, address: I32, offset: number): void {
    const { limbs } = this.within(from, this.#shape.stored);
    this.limbsOf(from).forEach((limb, index) => {
      requireWithin(at(limbs, index), storedWord, "a stored limb");
      this.f.do(i64.store32(address, limb, offset + 4 * index));
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
    const sum = bound.add(this.tracker.read(a), this.tracker.read(b));
    this.write(into, this.#pairs(a, b, int.add), sum);
  }

  override sub(into: Element, a: Element, b: Element): void {
    const difference = bound.sub(this.tracker.read(a), this.tracker.read(b));
    this.write(into, this.#pairs(a, b, int.sub), difference);
  }

  override negateWhere(into: Element, flags: Addresses): void {
    const known = this.tracker.read(into);
    // All ones where the flag is set: (x ^ -1) - -1 = -x.
    const set = i64.extendI32U(i32.ne(at(flags, 0), i32.const(0)));
    const mask = this.scratch("mask", i64.sub(i64.const(0), set));
    const limbs = this.limbsOf(into).map((limb) => i64.sub(i64.xor(limb, mask), mask));
    this.write(into, limbs, bound.join(known, bound.neg(known)));
  }

  override mul(into: Element, a: Element, b: Element): void {
    this.#fit(a, b);
    const values = [this.tracker.read(a).value, this.tracker.read(b).value] as const;
    const rows = rowsOfProduct(this.#limbs(a), this.#limbs(b));
    this.#reduce(into, rows, { value: requireProduct(...values, this.#shape) });
  }

  override sqr(into: Element, a: Element): void {
    this.#fit(a, a);
    const { value } = this.tracker.read(a);
    const limbs = this.#limbs(a);
    const registers = (this.#doubled ??= this.registers("doubled", this.#shape.count));
    const doubled = limbs.map((limb, index) =>
      this.#set(at(registers, index), int.add(limb, limb)),
    );
    const reduced = requireProduct(value, value, this.#shape);
    this.#reduce(into, rowsOfSquare(limbs, doubled), { value: reduced });
  }

  override norm(into: Element): void {
    if (!bound.within(this.tracker.read(into), this.#shape.stored)) this.#normFully(into);
  }

  override zeroMask(a: Element): I32 {
    this.copy(this.spare, a);
    this.#normFully(this.spare);
    const { value } = this.tracker.read(this.spare);
    requireWithin(value, interval.around(this.#shape.modulus - 1n), "what is compared with 0");
    const any = this.limbsOf(this.spare).reduce<I64>(
      (all, limb) => i64.or(all, limb),
      i64.const(0),
    );
    return this.f.let("isZero", i64.eqz(any));
  }

  override fromWords(into: Element, factor: bigint, { addresses, offset }: WordPlaces): void {
    const { radix, modulus } = this.#shape;
    const { limbs, value } = unpackWords(this.#shape, at(addresses, 0), offset);
    this.write(this.spare, limbs, carriedBound(this.#shape, value));
    this.#exactly(into, residue(factor * radix * radix, modulus));
    this.mul(into, into, this.spare);
  }

  override toWords(from: Element, { addresses, offset }: WordPlaces): void {
    const { modulusLimbs } = this.#shape;
    this.#leaveMontgomery(this.spare, from);
    const limbs = this.limbsOf(this.spare);
    // Only the modulus itself is left to be made 0.
    const differs = limbs
      .map((limb, index) => i64.xor(limb, i64.const(at(modulusLimbs, index))))
      .reduce<I64>((all, bits) => i64.or(all, bits), i64.const(0));
    const set = i64.extendI32U(i64.ne(differs, i64.const(0)));
    const mask = this.scratch("mask", i64.sub(i64.const(0), set));
    packWords(limbs, this.#shape).forEach((word, index) => {
      this.f.do(i64.store(at(addresses, 0), i64.and(word, mask), offset + 8 * index));
    });
  }

  /** Limbs as they are, carried. */
  #exactly(into: Element, value: bigint): void {
    const limbs = unsignedLimbs(value, this.#shape);
    const known: Bound = { limbs: limbs.map(interval.exactly), value: interval.exactly(value) };
    this.write(into, limbs.map(i64.const), known);
  }

  /** The sum of the rows over the radix. */
  #reduce(into: Element, rows: Rows<Ranged>, { value, how = "lazy" }: Reduced): void {
    this.#columns ??= {
      columns: this.registers("column", 2 * this.#shape.count),
      quotient: this.f.local("i64", "quotient"),
    };
    const sums = new MontgomeryRows(this.f, this.#shape, this.#columns);
    sums.sum(rows, how);
    sums.carry(this.limbsOf(into));
    this.tracker.write(into, carriedBound(this.#shape, value));
  }

  /** `from` over the radix: from 0 to the modulus, both included, since all that is stored is below the radix. */
  #leaveMontgomery(into: Element, from: Element): void {
    const { modulus, radix, stored } = this.#shape;
    const { value } = this.within(from, stored);
    requireWithin(value, interval.around(radix - 1n), "what leaves Montgomery form");
    const one = int.const(1n);
    const rows = this.#limbs(from).map((limb, row) => [{ column: row, a: limb, b: one }]);
    this.#reduce(into, rows, { value: interval.of(0n, modulus), how: "canonical" });
  }

  /** Brings the value to within about half the modulus of 0, and carries all limbs. */
  #normFully(into: Element): void {
    const known = this.tracker.read(into);
    const limbs = this.#limbs(into);
    const quotient = estimateQuotient(at(limbs, this.#shape.count - 1), this.#shape);
    const times = this.#set(this.scratch("times"), quotient);
    const reduced = limbs.map((limb, index) =>
      int.sub(limb, int.mul(times, int.const(at(this.#shape.modulusLimbs, index)))),
    );
    this.#carry(into, reduced);
    this.tracker.write(into, carriedBound(this.#shape, remainderOf(known, this.#shape)));
  }

  #carry(into: Element, limbs: readonly Ranged[]): void {
    const { width, count } = this.#shape;
    const registers = this.limbsOf(into);
    let carry = int.const(0n);
    limbs.forEach((limb, index) => {
      const sum = this.#set(at(registers, index), int.add(limb, carry));
      if (index === count - 1) return;
      carry = this.#set(this.scratch("carry"), int.shiftRight(sum, width));
      this.#set(at(registers, index), int.low(sum, width));
    });
  }

  #set(register: Local<"i64">, { code, range }: Ranged): Ranged {
    this.f.set(register, code);
    return ranged(register, range);
  }

  /** Limbs with their ranges. */
  #limbs(element: Element): readonly Ranged[] {
    const known = this.tracker.read(element);
    return this.limbsOf(element).map((limb, index) => ranged(limb, at(known.limbs, index)));
  }

  #pairs(a: Element, b: Element, how: (x: Ranged, y: Ranged) => Ranged): readonly I64[] {
    const right = this.#limbs(b);
    return this.#limbs(a).map((limb, index) => how(limb, at(right, index)).code);
  }

  /** Norms operands, the larger first, until their product fits. */
  #fit(a: Element, b: Element): void {
    const [x, y] = [this.tracker.read(a), this.tracker.read(b)];
    const bySize = bound.limb(x) < bound.limb(y) ? [b, a] : [a, b];
    for (const element of bySize) if (!this.#fits(a, b)) this.#normFully(element);
  }

  #fits(a: Element, b: Element): boolean {
    const [x, y] = [this.tracker.read(a), this.tracker.read(b)];
    const value = reducedValue(interval.mul(x.value, y.value), this.#shape);
    const fit = columnsFit(bound.limb(x), bound.limb(y), this.#shape);
    return fit && interval.within(value, this.#shape.stored.value);
  }
}

type Reduced = {
  /** What it can be. */
  readonly value: Interval;
  readonly how?: Reduction;
};

const storedWord = interval.of(-(2n ** 31n), 2n ** 32n - 1n);
