/** Fq2 = Fq[u] / (u^2 + 1) on any field kernel. In memory c0 comes first, then c1, in elements as in vectors. */
import type { Arithmetic, Element, FieldEmitter } from "../field/field.ts";
import { AssemblyError, i32 } from "../asm/index.ts";

/** Its parts, [c0, c1]. */
type Parts = readonly [Element, Element];

/** What Fq2 has beside what curves need. */
export type Fq2Emitter = Arithmetic & {
  readonly constant: (into: Element, value: readonly [c0: bigint, c1: bigint]) => void;
  /** c0 + c1 u becomes c0 - c1 u. */
  readonly conjugate: (into: Element) => void;
  /** Times an element of Fq. */
  readonly scale: (into: Element, a: Element, factor: Element) => void;
};

/** Sums stay lazy, also those that end a product: the kernel norms what is too large where it becomes a factor or is stored. */
export const fq2Arithmetic = (fq: FieldEmitter): Fq2Emitter => {
  const elements = new WeakMap<Element, Parts>();
  const parts = (element: Element): Parts => {
    const found = elements.get(element);
    if (found === undefined) throw new AssemblyError("an element of another field");
    return found;
  };
  const element = (name: string): Element => {
    const made: Parts = [fq.element(`${name}.c0`), fq.element(`${name}.c1`)];
    const joined = { registers: made.flatMap(({ registers }) => registers) };
    elements.set(joined, made);
    return joined;
  };
  const vectorBytes = fq.lanes * fq.bytes;
  const both = (work: (part: 0 | 1) => void): void => {
    work(0);
    work(1);
  };
  const zero = fq.element("fq2.zero");
  return {
    lanes: fq.lanes,
    bytes: 2 * fq.bytes,
    constant: (into, value) => both((part) => fq.constant(parts(into)[part], value[part])),
    conjugate: (into) => {
      fq.constant(zero, 0n);
      fq.sub(parts(into)[1], zero, parts(into)[1]);
    },
    scale: (into, a, factor) => both((part) => fq.mul(parts(into)[part], parts(a)[part], factor)),
    element,
    gather: (into, at, offset = 0) =>
      both((part) => fq.gather(parts(into)[part], at, offset + part * fq.bytes)),
    scatter: (from, at, offset = 0) =>
      both((part) => fq.scatter(parts(from)[part], at, offset + part * fq.bytes)),
    load: (into, address, offset = 0) =>
      both((part) => fq.load(parts(into)[part], address, offset + part * vectorBytes)),
    store: (from, address, offset = 0) =>
      both((part) => fq.store(parts(from)[part], address, offset + part * vectorBytes)),
    one: (into) => {
      fq.one(parts(into)[0]);
      fq.constant(parts(into)[1], 0n);
    },
    copy: (into, from) => both((part) => fq.copy(parts(into)[part], parts(from)[part])),
    ...products(fq, parts),
    add: (into, a, b) => both((part) => fq.add(parts(into)[part], parts(a)[part], parts(b)[part])),
    sub: (into, a, b) => both((part) => fq.sub(parts(into)[part], parts(a)[part], parts(b)[part])),
    negateWhere: (into, flags) => both((part) => fq.negateWhere(parts(into)[part], flags)),
    norm: (into) => both((part) => fq.norm(parts(into)[part])),
    zeroMask: (a) => bitsOfBoth(fq, parts(a)),
  };
};

const bitsOfBoth = (fq: FieldEmitter, [c0, c1]: Parts) => i32.and(fq.zeroMask(c0), fq.zeroMask(c1));

/** Three multiplications for a product (Karatsuba), two for a square; results may be operands. */
const products = (
  fq: FieldEmitter,
  parts: (element: Element) => Parts,
): Pick<Arithmetic, "mul" | "sqr"> => {
  const [low, high, left, right] = [
    fq.element("fq2.low"),
    fq.element("fq2.high"),
    fq.element("fq2.left"),
    fq.element("fq2.right"),
  ];
  return {
    mul: (into, a, b) => {
      const [[a0, a1], [b0, b1], [c0, c1]] = [parts(a), parts(b), parts(into)];
      fq.add(left, a0, a1);
      fq.add(right, b0, b1);
      fq.mul(low, a0, b0);
      fq.mul(high, a1, b1);
      fq.mul(c1, left, right);
      fq.sub(c1, c1, low);
      fq.sub(c1, c1, high);
      fq.sub(c0, low, high);
    },
    /** (a0 + a1)(a0 - a1) + 2 a0 a1 u */
    sqr: (into, a) => {
      const [[a0, a1], [c0, c1]] = [parts(a), parts(into)];
      fq.add(left, a0, a1);
      fq.sub(right, a0, a1);
      fq.add(low, a0, a0);
      fq.mul(c1, low, a1);
      fq.mul(c0, left, right);
    },
  };
};
