/** Small modules of field code, and their memory: what the tests of all field kernels stand on. */
import { i32, ModuleBuilder, type I32 } from "../asm/index.ts";
import { createConstantPool, type ConstantPool } from "../constants.ts";
import type { Element, Field, FieldEmitter } from "../field/field.ts";

export type MakeField = (parts: { modulus: bigint; pool: ConstantPool }) => Field;

/** Operands lie at IN, `lanes` of them as a vector each, 1,024 bytes apart; results at OUT likewise. */
export const IN = 65_536;
export const OUT = 131_072;
export const STRIDE = 1024;

export type Program = (
  emitter: FieldEmitter,
  operands: readonly Element[],
) => { readonly elements?: readonly Element[]; readonly mask?: I32 };

export type Lab = {
  readonly field: Field;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Runs the program on vectors of canonical values. Undefined when the engine does not know the kernel's instructions. */
  readonly run: (inputs: readonly (readonly bigint[])[]) => Outcome;
  readonly view: DataView;
};
export type Outcome = { readonly outputs: readonly (readonly bigint[])[]; readonly mask: number };

/** One exported function that loads `operands` vectors, carries out `program`, and stores what it gives. */
export const buildLab = (
  make: MakeField,
  modulus: bigint,
  { operands, program }: { operands: number; program: Program },
): Lab => {
  const module = new ModuleBuilder({ name: "lab", memory: { min: 4, max: 4, shared: false } });
  const pool = createConstantPool(module, { start: 64, limit: 65_536 });
  const field = make({ modulus, pool });
  let results = 0;
  module.export({ name: "run", params: {}, results: ["i32"] }, (f) => {
    const emitter = field.emitter(f);
    const elements = Array.from({ length: operands }, (_, index) => {
      const element = emitter.element(`operand${index}`);
      emitter.load(element, i32.const(IN), index * STRIDE);
      return element;
    });
    const { elements: given = [], mask = i32.const(0) } = program(emitter, elements);
    results = given.length;
    given.forEach((element, index) => emitter.store(element, i32.const(OUT), index * STRIDE));
    f.return(mask);
  });
  const bytes = module.encode();
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 4 });
  const view = new DataView(memory.buffer);
  let instance: WebAssembly.Instance | undefined;
  const run = (inputs: readonly (readonly bigint[])[]): Outcome => {
    instance ??= new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
    inputs.forEach((lanes, index) =>
      lanes.forEach((value, lane) =>
        field.writeLane(view, { address: IN + index * STRIDE, lane }, value),
      ),
    );
    const mask = (instance.exports.run as () => number)();
    const lanes = Array.from({ length: field.lanes }, (_, lane) => lane);
    const outputs = Array.from({ length: results }, (_, index) =>
      lanes.map((lane) => field.readLane(view, { address: OUT + index * STRIDE, lane })),
    );
    return { outputs, mask };
  };
  return { field, bytes, run, view };
};

export const writeWords = (
  view: DataView,
  address: number,
  { value, bytes }: { value: bigint; bytes: number },
): void => {
  for (let word = 0; word < bytes / 8; word += 1) {
    view.setBigUint64(address + 8 * word, BigInt.asUintN(64, value >> BigInt(64 * word)), true);
  }
};

export const readWords = (view: DataView, address: number, bytes: number): bigint => {
  let value = 0n;
  for (let word = bytes / 8 - 1; word >= 0; word -= 1) {
    value = (value << 64n) + view.getBigUint64(address + 8 * word, true);
  }
  return value;
};
