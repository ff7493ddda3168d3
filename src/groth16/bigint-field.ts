/** Fields over BigInt, for the few operations on points at the end of a proof. Not constant-time. */

/** Elements come in and go out reduced. */
export type BigintField<Element> = {
  readonly zero: Element;
  readonly one: Element;
  readonly isZero: (a: Element) => boolean;
  readonly add: (a: Element, b: Element) => Element;
  readonly subtract: (a: Element, b: Element) => Element;
  readonly multiply: (a: Element, b: Element) => Element;
  readonly square: (a: Element) => Element;
  /** 1/a; 0 for 0. */
  readonly invert: (a: Element) => Element;
};

/** An element c0 + c1 u of Fq2 with u^2 = -1, as on both curves. */
export type Fq2 = readonly [c0: bigint, c1: bigint];

/** Integers modulo a prime. */
export const primeField = (prime: bigint): BigintField<bigint> => {
  const reduce = (value: bigint): bigint => {
    const rest = value % prime;
    return rest < 0n ? rest + prime : rest;
  };
  return {
    zero: 0n,
    one: 1n,
    isZero: (a) => a === 0n,
    add: (a, b) => reduce(a + b),
    subtract: (a, b) => reduce(a - b),
    multiply: (a, b) => (a * b) % prime,
    square: (a) => (a * a) % prime,
    invert: (a) => reduce(inverse(a, prime)),
  };
};

/** The extended Euclidean algorithm. */
const inverse = (value: bigint, prime: bigint): bigint => {
  let [low, high] = [value, prime];
  let [x, y] = [1n, 0n];
  while (low !== 0n) {
    const quotient = high / low;
    [low, high] = [high - quotient * low, low];
    [x, y] = [y - quotient * x, x];
  }
  return high === 1n ? y : 0n;
};

export const quadraticField = (base: BigintField<bigint>): BigintField<Fq2> => ({
  zero: [0n, 0n],
  one: [1n, 0n],
  isZero: ([c0, c1]) => c0 === 0n && c1 === 0n,
  add: (a, b) => [base.add(a[0], b[0]), base.add(a[1], b[1])],
  subtract: (a, b) => [base.subtract(a[0], b[0]), base.subtract(a[1], b[1])],
  multiply: (a, b) => {
    // Karatsuba: three products, and two reductions by taking the differences first.
    const low = a[0] * b[0];
    const high = a[1] * b[1];
    const both = (a[0] + a[1]) * (b[0] + b[1]);
    return [base.subtract(low, high), base.subtract(both, low + high)];
  },
  square: ([c0, c1]) => [base.add((c0 + c1) * (c0 - c1), 0n), base.add(2n * c0 * c1, 0n)],
  invert: ([c0, c1]) => {
    const norm = base.invert(base.add(c0 * c0, c1 * c1));
    return [base.multiply(c0, norm), base.subtract(0n, base.multiply(c1, norm))];
  },
});
