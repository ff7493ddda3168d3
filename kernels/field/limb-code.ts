/** What the kernels' code has in common: elements as registers of one type, the bound of each, and registers to spare. */
import {
  AssemblyError,
  type Expression,
  type FunctionBuilder,
  type I32,
  type Local,
  type ValueType,
} from "../asm/index.ts";
import { at, bound, type Bound } from "./bounds.ts";
import type { Addresses, Element, FieldEmitter } from "./field.ts";
import { BoundTracker, type TrackerLimits } from "./tracker.ts";

export type CodeParts<Type extends ValueType> = TrackerLimits & {
  readonly f: FunctionBuilder;
  readonly type: Type;
  /** Registers of an element. */
  readonly count: number;
};

export type WordPlaces = { readonly addresses: Addresses; readonly offset: number };

export abstract class LimbCode<Type extends ValueType> {
  readonly f: FunctionBuilder;
  readonly tracker: BoundTracker;
  readonly #type: Type;
  readonly #count: number;
  readonly #scratch = new Map<string, Local<Type>>();
  #spare: Element | undefined;

  constructor({ f, type, count, ...limits }: CodeParts<Type>) {
    this.f = f;
    this.tracker = new BoundTracker(f, limits);
    this.#type = type;
    this.#count = count;
  }

  abstract broadcast(into: Element, address: I32, offset: number): void;
  abstract gather(into: Element, addresses: Addresses, offset: number): void;
  abstract scatter(from: Element, addresses: Addresses, offset: number): void;
  abstract load(into: Element, address: I32, offset: number): void;
  abstract store(from: Element, address: I32, offset: number): void;
  /** A canonical integer as an element. */
  abstract constant(into: Element, value: bigint): void;
  abstract mul(into: Element, a: Element, b: Element): void;
  abstract sqr(into: Element, a: Element): void;
  abstract add(into: Element, a: Element, b: Element): void;
  abstract sub(into: Element, a: Element, b: Element): void;
  abstract negateWhere(into: Element, flags: Addresses): void;
  abstract norm(into: Element): void;
  abstract zeroMask(a: Element): I32;
  abstract fromWords(into: Element, factor: bigint, places: WordPlaces): void;
  abstract toWords(from: Element, places: WordPlaces): void;

  element(name: string): Element {
    return { registers: this.registers(name, this.#count) };
  }

  registers(name: string, count: number): readonly Local<Type>[] {
    return indices(count).map((index) => this.f.local(this.#type, `${name}${index}`));
  }

  /** An element for what lives only within one operation. */
  get spare(): Element {
    return (this.#spare ??= this.element("spare"));
  }

  /** A register for what is used at once. */
  scratch(name: string, value?: Expression<Type>): Local<Type> {
    const register = this.#scratch.get(name) ?? this.f.local(this.#type, name);
    this.#scratch.set(name, register);
    if (value !== undefined) this.f.set(register, value);
    return register;
  }

  copy(into: Element, from: Element): void {
    this.write(into, this.limbsOf(from), this.tracker.read(from));
  }

  write(into: Element, limbs: readonly Expression<Type>[], known: Bound): void {
    this.limbsOf(into).forEach((register, index) => this.f.set(register, at(limbs, index)));
    this.tracker.write(into, known);
  }

  /** Norms the element if it can leave `limit`. */
  within(element: Element, limit: Bound): Bound {
    if (!bound.within(this.tracker.read(element), limit)) this.norm(element);
    return this.tracker.read(element);
  }

  /** @throws AssemblyError when the element is another kernel's. */
  limbsOf({ registers }: Element): readonly Local<Type>[] {
    if (registers.length !== this.#count) {
      throw new AssemblyError(`an element has ${this.#count} registers, not ${registers.length}`);
    }
    return registers.map((register) => {
      if (isOf(register, this.#type)) return register;
      throw new AssemblyError(`${register.name} is ${register.type}, not ${this.#type}`);
    });
  }
}

const isOf = <Type extends ValueType>(
  register: Local<ValueType>,
  type: Type,
): register is Local<Type> => register.type === type;

export const indices = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => index);

type Places = { readonly lanes: number; readonly bytes: number };

/** The boundary's functions, which may be taken apart, of a kernel's code. */
export const emitterOf = <Type extends ValueType>(
  code: LimbCode<Type>,
  { lanes, bytes }: Places,
): FieldEmitter => ({
  ...{ lanes, bytes },
  element: (name) => code.element(name),
  broadcast: (into, address, offset = 0) => code.broadcast(into, address, offset),
  gather: (into, addresses, offset = 0) => code.gather(into, addresses, offset),
  scatter: (from, addresses, offset = 0) => code.scatter(from, addresses, offset),
  load: (into, address, offset = 0) => code.load(into, address, offset),
  store: (from, address, offset = 0) => code.store(from, address, offset),
  constant: (into, value) => code.constant(into, value),
  one: (into) => code.constant(into, 1n),
  copy: (into, from) => code.copy(into, from),
  mul: (into, a, b) => code.mul(into, a, b),
  sqr: (into, a) => code.sqr(into, a),
  add: (into, a, b) => code.add(into, a, b),
  sub: (into, a, b) => code.sub(into, a, b),
  negateWhere: (into, flags) => code.negateWhere(into, flags),
  norm: (into) => code.norm(into),
  zeroMask: (a) => code.zeroMask(a),
  fromWords: (into, addresses, { factor, offset = 0 }) =>
    code.fromWords(into, factor, { addresses, offset }),
  toWords: (from, addresses, offset = 0) => code.toWords(from, { addresses, offset }),
});

/** One emitter for each function, however often it is asked for: bounds are known for the whole function. */
export const emitterOnce = (
  make: (f: FunctionBuilder) => FieldEmitter,
): ((f: FunctionBuilder) => FieldEmitter) => {
  const made = new WeakMap<FunctionBuilder, FieldEmitter>();
  return (f) => {
    const emitter = made.get(f) ?? make(f);
    made.set(f, emitter);
    return emitter;
  };
};
