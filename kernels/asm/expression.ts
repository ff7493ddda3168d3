/** Expressions: typed trees of instructions. Operands are checked as they are put together, where the fault still shows. */
import { AssemblyError, type Instruction, type ValueType } from "./instruction.ts";

/** Code that leaves one value of type `Type`. */
export type Expression<Type extends ValueType> = {
  readonly type: Type;
  readonly operands: readonly Expression<ValueType>[];
  readonly instruction: Instruction;
};

export type I32 = Expression<"i32">;
export type I64 = Expression<"i64">;
export type F64 = Expression<"f64">;
export type V128 = Expression<"v128">;

/** Code that leaves nothing, or several values that `setAll` takes. */
export type Effect = {
  readonly operands: readonly Expression<ValueType>[];
  readonly instruction: Instruction;
};

/** @throws AssemblyError naming the operand whose type is wrong. */
export const expression = <Type extends ValueType>(
  type: Type,
  instruction: Instruction,
  operands: readonly Expression<ValueType>[],
): Expression<Type> => {
  if (instruction.gives.length !== 1 || instruction.gives[0] !== type) {
    throw new AssemblyError(
      `${instruction.text} gives ${instruction.gives.join(", ")}, not ${type}`,
    );
  }
  return { type, ...effect(instruction, operands) };
};

/** @throws AssemblyError naming the operand whose type is wrong. */
export const effect = (
  instruction: Instruction,
  operands: readonly Expression<ValueType>[],
): Effect => {
  const { takes, text } = instruction;
  if (takes.length !== operands.length) {
    throw new AssemblyError(`${text} takes ${takes.length} operands, not ${operands.length}`);
  }
  const wrong = takes.findIndex((type, index) => operands[index]?.type !== type);
  if (wrong !== -1) {
    const given = operands[wrong]?.type ?? "nothing";
    throw new AssemblyError(
      `operand ${wrong} of ${text} is ${given}; it takes ${takes[wrong] ?? ""}`,
    );
  }
  return { operands, instruction };
};

/** In the order in which the machine carries them out. */
export const flatten = (code: Effect, into: Instruction[]): void => {
  for (const operand of code.operands) flatten(operand, into);
  into.push(code.instruction);
};
