/** One instruction: what it is called, how it is written, and what it does to the stack. */

export type ValueType = "i32" | "i64" | "f64" | "v128";

export type Instruction = {
  /** As in the text format, with its immediates: "i64.const 5". */
  readonly text: string;
  readonly bytes: readonly number[];
  /** Taken from the stack, the last on top. */
  readonly takes: readonly ValueType[];
  readonly gives: readonly ValueType[];
  /** What it is to the structure of a function; undefined for plain computation. */
  readonly control?: Control;
};

export type Control =
  | { readonly kind: "block" | "loop" | "if" | "else" | "end" | "return" }
  | { readonly kind: "branch"; readonly depth: number; readonly conditional: boolean }
  | { readonly kind: "local"; readonly index: number; readonly write: boolean };

/** The generator was asked for something that cannot be: always a fault in the generator's own code. */
export class AssemblyError extends TypeError {
  override readonly name = "AssemblyError";
}

export const valueTypeCode: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f64: 0x7c,
  v128: 0x7b,
};
