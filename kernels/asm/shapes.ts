/** How instructions become functions of expressions: by what they take and give. */
import { effect, expression, type Effect, type Expression, type I32 } from "./expression.ts";
import type { Instruction, ValueType } from "./instruction.ts";
import { unsigned } from "./leb128.ts";

/** Opcode prefixes of the specification. */
export const simd = (opcode: number): readonly number[] => [0xfd, ...unsigned(opcode)];
export const numeric = (opcode: number): readonly number[] => [0xfc, ...unsigned(opcode)];

export type Shape = { readonly takes: readonly ValueType[]; readonly gives: readonly ValueType[] };
export const plain = (text: string, bytes: readonly number[], shape: Shape): Instruction => ({
  ...{ text, bytes },
  ...shape,
});

/** Two operands of `from`, one result of `to`. */
export const binary =
  <From extends ValueType, To extends ValueType>(from: From, to: To) =>
  (text: string, bytes: readonly number[]) =>
  (a: Expression<From>, b: Expression<From>): Expression<To> =>
    expression(to, plain(text, bytes, { takes: [from, from], gives: [to] }), [a, b]);

export const unary =
  <From extends ValueType, To extends ValueType>(from: From, to: To) =>
  (text: string, bytes: readonly number[]) =>
  (a: Expression<From>): Expression<To> =>
    expression(to, plain(text, bytes, { takes: [from], gives: [to] }), [a]);

/** `align` is the exponent of two that the access is hinted to be aligned to. */
export const load =
  <To extends ValueType>(to: To) =>
  (text: string, bytes: readonly number[], align: number) =>
  (address: I32, offset = 0): Expression<To> => {
    const immediates = [...bytes, align, ...unsigned(offset)];
    const instruction = plain(`${text} offset=${offset}`, immediates, {
      takes: ["i32"],
      gives: [to],
    });
    return expression(to, instruction, [address]);
  };

export const store =
  <From extends ValueType>(from: From) =>
  (text: string, bytes: readonly number[], align: number) =>
  (address: I32, value: Expression<From>, offset = 0): Effect => {
    const immediates = [...bytes, align, ...unsigned(offset)];
    const shape: Shape = { takes: ["i32", from], gives: [] };
    return effect(plain(`${text} offset=${offset}`, immediates, shape), [address, value]);
  };

export const constant = <Type extends ValueType>(
  type: Type,
  text: string,
  bytes: readonly number[],
): Expression<Type> => expression(type, plain(text, bytes, { takes: [], gives: [type] }), []);

export const float64Bytes = (value: number): readonly number[] => [
  ...new Uint8Array(new Float64Array([value]).buffer),
];
export const int64Bytes = (value: bigint): readonly number[] => [
  ...new Uint8Array(new BigInt64Array([BigInt.asIntN(64, value)]).buffer),
];
