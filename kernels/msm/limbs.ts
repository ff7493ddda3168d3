/** Integers of 32-bit limbs, the lowest first, each in a register of 64 bits: products and sums need no carry of the machine. */
import { i64, type FunctionBuilder, type I64, type Local } from "../asm/index.ts";
import { LIMB_BITS } from "./decomposition.ts";

export type Limbs = readonly Local<"i64">[];

const UNIT = 1n << BigInt(LIMB_BITS);
const width = i64.const(LIMB_BITS);
const mask = i64.const(UNIT - 1n);

/** Limbs of a constant. */
const limbsOf = (value: bigint): readonly bigint[] =>
  value === 0n ? [] : [value % UNIT, ...limbsOf(value / UNIT)];

export class LimbCode {
  readonly #f: FunctionBuilder;
  readonly #registers = new Map<string, Local<"i64">>();
  readonly #carry: Local<"i64">;
  readonly #sum: Local<"i64">;

  constructor(f: FunctionBuilder) {
    this.#f = f;
    this.#carry = f.local("i64", "carry");
    this.#sum = f.local("i64", "sum");
  }

  /** Registers of that name: the same whenever they are asked for. */
  registers(name: string, count: number): Limbs {
    return Array.from({ length: count }, (_, index) => {
      const key = `${name}${index}`;
      const register = this.#registers.get(key) ?? this.#f.local("i64", key);
      this.#registers.set(key, register);
      return register;
    });
  }

  /** Sets `into` to the lowest limbs of `a` times a constant that is not negative. */
  multiply(into: Limbs, a: Limbs, factor: bigint): void {
    const f = this.#f;
    for (const column of into) f.set(column, i64.const(0));
    limbsOf(factor).forEach((limb, row) => {
      if (limb === 0n) return;
      f.set(this.#carry, i64.const(0));
      a.forEach((digit, index) => {
        const column = into[row + index];
        if (column === undefined) return;
        // At most (2^32 - 1)^2 + 2 (2^32 - 1), which is 2^64 - 1.
        const product = i64.add(i64.mul(digit, i64.const(limb)), column);
        this.#carryFrom(column, i64.add(product, this.#carry));
      });
      // No row before this one has come so far.
      const next = into[row + a.length];
      if (next !== undefined) f.set(next, this.#carry);
    });
  }

  /** Sets `into` to what lies above the lowest `shift` bits of `from`, rounded to the nearest. */
  roundedShift(into: Limbs, from: Limbs, shift: number): void {
    const f = this.#f;
    const first = shift / LIMB_BITS;
    const half = from[first - 1];
    f.set(
      this.#carry,
      half === undefined ? i64.const(0) : i64.shrU(half, i64.const(LIMB_BITS - 1)),
    );
    into.forEach((limb, index) => {
      const value = from[first + index];
      this.#carryFrom(limb, value === undefined ? this.#carry : i64.add(value, this.#carry));
    });
  }

  /** Brings limbs that are any signed numbers into range; the highest keeps the sign in its bit 31. */
  settle(limbs: Limbs): void {
    this.#f.set(this.#carry, i64.const(0));
    for (const limb of limbs) {
      this.#f.set(this.#sum, i64.add(limb, this.#carry));
      this.#f.set(limb, i64.and(this.#sum, mask));
      this.#f.set(this.#carry, i64.shrS(this.#sum, width));
    }
  }

  /** The low limb of a sum, the rest being carried. */
  #carryFrom(limb: Local<"i64">, sum: I64): void {
    this.#f.set(this.#sum, sum);
    this.#f.set(limb, i64.and(this.#sum, mask));
    this.#f.set(this.#carry, i64.shrU(this.#sum, width));
  }
}

/** Two limbs as one word. */
export const wordOf = (low: I64, high: I64): I64 => i64.or(low, i64.shl(high, width));
