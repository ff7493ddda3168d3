/** A module under construction, and its binary form with a name section, so that stack traces and profiles name our code. */
import { checkStack } from "./check.ts";
import { FunctionBuilder, type ParamLocals, type Params } from "./function.ts";
import { valueTypeCode, type ValueType } from "./instruction.ts";
import { signed, unsigned } from "./leb128.ts";

export type MemoryLimits = {
  /** Pages of 64 KiB. */
  readonly min: number;
  readonly max: number;
  readonly shared: boolean;
};

export type ModuleParts = {
  readonly name: string;
  /** Imported as "env" "memory": the engine owns it, and may share it. */
  readonly memory: MemoryLimits;
};

/** Bytes that are put into memory when the module is instantiated. */
type Segment = { readonly address: number; readonly bytes: Uint8Array };

export class ModuleBuilder {
  readonly name: string;
  readonly #memory: MemoryLimits;
  readonly #functions: FunctionBuilder[] = [];
  readonly #exported = new Set<string>();
  readonly #segments: Segment[] = [];

  constructor({ name, memory }: ModuleParts) {
    this.name = name;
    this.#memory = memory;
  }

  get functions(): readonly FunctionBuilder[] {
    return this.#functions;
  }

  /** A function that is seen from outside. */
  export<P extends Params>(spec: FunctionSpec<P>, body: FunctionBody<P>): FunctionBuilder {
    this.#exported.add(spec.name);
    return this.function(spec, body);
  }

  function<P extends Params>(spec: FunctionSpec<P>, body: FunctionBody<P>): FunctionBuilder {
    const { name, params, results = [] } = spec;
    const index = this.#functions.length;
    const built = new FunctionBuilder({ name, index, params, results });
    this.#functions.push(built);
    const locals = Object.entries(params).map(([key, type]) => [key, built.param(key, type)]);
    body(built, Object.fromEntries(locals) as ParamLocals<P>);
    checkStack(built);
    built.end();
    return built;
  }

  /** Passive constants are not used: the memory is new, or holds the same bytes already. */
  data(address: number, bytes: Uint8Array): void {
    this.#segments.push({ address, bytes });
  }

  /**
   * The binary module. The same calls give the same bytes; `shared` may be another one than the module was begun with:
   * nothing but the import of the memory depends on it.
   */
  encode(shared = this.#memory.shared): Uint8Array<ArrayBuffer> {
    const types = typeTable(this.#functions);
    const memory = limits({ ...this.#memory, shared });
    return join([
      [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      section(1, vector(types.encoded)),
      section(2, vector([join([text("env"), text("memory"), [2], memory])])),
      section(3, vector(this.#functions.map((built) => unsigned(types.indexOf(built))))),
      section(7, vector(this.#exports())),
      section(10, vector(this.#functions.map(bodyOf))),
      section(11, vector(this.#segments.map(segmentOf))),
      section(0, join([text("name"), ...this.#names()])),
    ]);
  }

  #exports(): readonly Bytes[] {
    return this.#functions
      .filter(({ name }) => this.#exported.has(name))
      .map(({ name, index }) => join([text(name), [0], unsigned(index)]));
  }

  #names(): readonly Bytes[] {
    const functions = this.#functions.map(({ name, index }) => join([unsigned(index), text(name)]));
    const locals = this.#functions.map(({ index, names }) =>
      join([
        unsigned(index),
        vector(names.map((name, local) => join([unsigned(local), text(name)]))),
      ]),
    );
    return [section(0, text(this.name)), section(1, vector(functions)), section(2, vector(locals))];
  }
}

export type FunctionSpec<P extends Params> = {
  readonly name: string;
  readonly params: P;
  readonly results?: readonly ValueType[];
};
export type FunctionBody<P extends Params> = (f: FunctionBuilder, params: ParamLocals<P>) => void;

/** Code is half a million small pieces: they are joined in one pass, not spread into ever longer lists. */
type Bytes = readonly number[] | Uint8Array;

const join = (pieces: readonly Bytes[]): Uint8Array<ArrayBuffer> => {
  const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
};

const typeTable = (functions: readonly FunctionBuilder[]) => {
  const keyOf = ({ params, results }: FunctionBuilder): string =>
    `${params.join()}>${results.join()}`;
  const keys = [...new Set(functions.map(keyOf))];
  const encoded = keys.map((key) => {
    const sample = functions.find((built) => keyOf(built) === key);
    const codes = (list: readonly ValueType[] = []) =>
      vector(list.map((type) => [valueTypeCode[type]]));
    return join([[0x60], codes(sample?.params), codes(sample?.results)]);
  });
  return { encoded, indexOf: (built: FunctionBuilder) => keys.indexOf(keyOf(built)) };
};

const vector = (items: readonly Bytes[]): Uint8Array => join([unsigned(items.length), ...items]);

const section = (id: number, content: Uint8Array): Uint8Array =>
  join([[id], unsigned(content.length), content]);

const text = (value: string): Uint8Array => {
  const bytes = new TextEncoder().encode(value);
  return join([unsigned(bytes.length), bytes]);
};

const limits = ({ min, max, shared }: MemoryLimits): readonly number[] => [
  shared ? 3 : 1,
  ...unsigned(min),
  ...unsigned(max),
];

/** Locals of one type that follow each other are written as one entry. */
const runsOf = (locals: readonly ValueType[]): readonly (readonly [number, ValueType])[] => {
  const runs: [number, ValueType][] = [];
  for (const type of locals) {
    const last = runs.at(-1);
    if (last?.[1] === type) last[0] += 1;
    else runs.push([1, type]);
  }
  return runs;
};

const bodyOf = ({ locals, code }: FunctionBuilder): Uint8Array => {
  const declared = vector(
    runsOf(locals).map(([count, type]) => [...unsigned(count), valueTypeCode[type]]),
  );
  const body = join([declared, ...code.map(({ bytes }) => bytes), [0x0b]]);
  return join([unsigned(body.length), body]);
};

/** An active segment of memory 0. */
const segmentOf = ({ address, bytes }: Segment): Uint8Array =>
  join([[0, 0x41, ...signed(BigInt(address)), 0x0b], unsigned(bytes.length), bytes]);
