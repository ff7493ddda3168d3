/** A function under construction: locals, statements, structured control. */
import {
  effect,
  expression,
  flatten,
  type Effect,
  type Expression,
  type I32,
} from "./expression.ts";
import { AssemblyError, type Control, type Instruction, type ValueType } from "./instruction.ts";
import { unsigned } from "./leb128.ts";
import { i32 } from "./scalar.ts";

/** A local is the expression that reads it. */
export type Local<Type extends ValueType> = Expression<Type> & {
  readonly local: number;
  readonly name: string;
};

export type Signature = {
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
};

/** Types of the parameters by their names. */
export type Params = Readonly<Record<string, ValueType>>;
export type ParamLocals<P extends Params> = { readonly [Name in keyof P]: Local<P[Name]> };

/** Where a branch goes: out of a block, or to the start of a loop. */
export type Label = { readonly depth: number };

export class FunctionBuilder implements Signature {
  readonly name: string;
  readonly index: number;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly #names: string[];
  readonly #locals: ValueType[] = [];
  readonly #code: Instruction[] = [];
  readonly #endings: (() => void)[] = [];
  #depth = 0;

  constructor({ name, index, params, results }: FunctionParts) {
    this.name = name;
    this.index = index;
    this.params = Object.values(params);
    this.results = results;
    this.#names = Object.keys(params);
  }

  get locals(): readonly ValueType[] {
    return this.#locals;
  }

  /** Names of parameters and locals, by index. */
  get names(): readonly string[] {
    return this.#names;
  }

  get code(): readonly Instruction[] {
    return this.#code;
  }

  param<Type extends ValueType>(name: string, type: Type): Local<Type> {
    return readOf(type, this.#names.indexOf(name), name);
  }

  local<Type extends ValueType>(type: Type, name: string): Local<Type> {
    const index = this.params.length + this.#locals.length;
    this.#locals.push(type);
    this.#names.push(name);
    return readOf(type, index, name);
  }

  /** `check` is called when all code is emitted. */
  atEnd(check: () => void): void {
    this.#endings.push(check);
  }

  end(): void {
    for (const check of this.#endings) check();
  }

  /** A new local with a first value. */
  let<Type extends ValueType>(name: string, value: Expression<Type>): Local<Type> {
    const local = this.local(value.type, name);
    this.set(local, value);
    return local;
  }

  set<Type extends ValueType>(local: Local<Type>, value: Expression<Type>): void {
    this.do(effect(writeOf(local), [value]));
  }

  /** Takes both words that an instruction of wide arithmetic leaves. */
  setPair(pair: readonly [Local<"i64">, Local<"i64">], code: Effect): void {
    const [low, high] = pair;
    this.#append(code, ["i64", "i64"]);
    this.#code.push(writeOf(high), writeOf(low));
  }

  /** Carries out code that leaves nothing. */
  do(code: Effect): void {
    this.#append(code, []);
  }

  /** Carries out code and forgets its value. */
  drop(code: Expression<ValueType>): void {
    this.#append(code, [code.type]);
    this.#code.push(simple("drop", 0x1a, { takes: [code.type], gives: [] }));
  }

  /** `body` gets the label of its end. */
  block(body: (end: Label) => void): void {
    this.#structure("block", [0x02, VOID], body);
  }

  /** `body` gets the label of its start; without a branch there it is carried out once. */
  loop(body: (start: Label) => void): void {
    this.#structure("loop", [0x03, VOID], body);
  }

  if(condition: I32, then: () => void, otherwise?: () => void): void {
    flatten(condition, this.#code);
    this.#code.push(control("if", [0x04, VOID], { kind: "if" }, ["i32"]));
    this.#depth += 1;
    then();
    if (otherwise !== undefined) {
      this.#code.push(control("else", [0x05], { kind: "else" }));
      otherwise();
    }
    this.#depth -= 1;
    this.#code.push(control("end", [0x0b], { kind: "end" }));
  }

  branch(to: Label): void {
    const depth = this.#depth - to.depth;
    const how = { kind: "branch", depth, conditional: false } as const;
    this.#code.push(control(`br ${depth}`, [0x0c, ...unsigned(depth)], how));
  }

  branchIf(condition: I32, to: Label): void {
    flatten(condition, this.#code);
    const depth = this.#depth - to.depth;
    const how = { kind: "branch", depth, conditional: true } as const;
    this.#code.push(control(`br_if ${depth}`, [0x0d, ...unsigned(depth)], how, ["i32"]));
  }

  while(condition: () => I32, body: (end: Label) => void): void {
    this.block((end) => {
      this.loop((start) => {
        this.branchIf(i32.eqz(condition()), end);
        body(end);
        this.branch(start);
      });
    });
  }

  /** `counter` goes from `from` below `to` (unsigned) by `step`; `to` is computed anew each time. */
  for(counter: Local<"i32">, range: Range, body: (end: Label) => void): void {
    this.set(counter, range.from);
    this.while(
      () => i32.ltU(counter, range.to),
      (end) => {
        body(end);
        this.set(counter, i32.add(counter, i32.const(range.step ?? 1)));
      },
    );
  }

  return(value?: Expression<ValueType>): void {
    if (value !== undefined) flatten(value, this.#code);
    this.#code.push(control("return", [0x0f], { kind: "return" }, this.results));
  }

  #append(code: Effect, gives: readonly ValueType[]): void {
    if (code.instruction.gives.join() !== gives.join()) {
      const { text, gives: given } = code.instruction;
      throw new AssemblyError(
        `${text} leaves (${given.join()}) in ${this.name}, not (${gives.join()})`,
      );
    }
    flatten(code, this.#code);
  }

  #structure(kind: "block" | "loop", bytes: readonly number[], body: (label: Label) => void): void {
    this.#code.push(control(kind, bytes, { kind }));
    this.#depth += 1;
    body({ depth: this.#depth });
    this.#depth -= 1;
    this.#code.push(control("end", [0x0b], { kind: "end" }));
  }
}

export type Range = { readonly from: I32; readonly to: I32; readonly step?: number };

export type FunctionParts = {
  readonly name: string;
  readonly index: number;
  readonly params: Params;
  readonly results: readonly ValueType[];
};

/** Calls a function that gives one value. */
export const call = <Type extends ValueType>(
  callee: Signature & { readonly index: number },
  type: Type,
  args: readonly Expression<ValueType>[],
): Expression<Type> => expression(type, callOf(callee), args);

/** Calls a function that gives nothing. */
export const callVoid = (
  callee: Signature & { readonly index: number },
  args: readonly Expression<ValueType>[],
): Effect => effect(callOf(callee), args);

const callOf = ({ name, index, params, results }: Signature & { readonly index: number }) => ({
  ...{ text: `call $${name}`, bytes: [0x10, ...unsigned(index)] },
  ...{ takes: params, gives: results },
});

const VOID = 0x40;

type Shape = Pick<Instruction, "takes" | "gives">;
const simple = (text: string, opcode: number, shape: Shape): Instruction => ({
  ...{ text, bytes: [opcode] },
  ...shape,
});

const control = (
  text: string,
  bytes: readonly number[],
  ...[kind, takes = []]: readonly [Control, (readonly ValueType[])?]
): Instruction => ({ ...{ text, bytes, takes }, gives: [], control: kind });

const readOf = <Type extends ValueType>(type: Type, index: number, name: string): Local<Type> => {
  const instruction: Instruction = {
    text: `local.get $${name}`,
    bytes: [0x20, ...unsigned(index)],
    takes: [],
    gives: [type],
    control: { kind: "local", index, write: false },
  };
  return { ...expression(type, instruction, []), local: index, name };
};

const writeOf = ({ local, name, type }: Local<ValueType>): Instruction => ({
  text: `local.set $${name}`,
  bytes: [0x21, ...unsigned(local)],
  takes: [type],
  gives: [],
  control: { kind: "local", index: local, write: true },
});
