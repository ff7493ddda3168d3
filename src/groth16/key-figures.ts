import { curves } from "../domain/circuit.ts";
import type { KeyFigures } from "../domain/prepared-key.ts";

/** A key's figures from a file, or undefined where they are none. A B1 is never kept: nodes prove without. */
export const parseKeyFigures = (value: unknown): KeyFigures | undefined => {
  const { bases, rows, ...rest } = fieldsOf(value);
  const curve = curves.find((each) => each === rest.curve);
  const numbers = {
    wires: count(rest.wires),
    publicSignals: count(rest.publicSignals),
    domainSize: count(rest.domainSize),
    coefficients: count(rest.coefficients),
  };
  const counts = fieldsOf(bases);
  const sums = { a: count(counts.a), b2: count(counts.b2), c: count(counts.c), h: count(counts.h) };
  const cuts = { a: rising(fieldsOf(rows).a), b: rising(fieldsOf(rows).b) };
  if (curve === undefined || !isWhole(numbers) || !isWhole(sums) || !isWhole(cuts)) {
    return undefined;
  }
  return { curve, ...numbers, bases: sums, rows: cuts };
};

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

/** At most what 32-bit addresses reach. */
const count = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 32
    ? value
    : undefined;

/** Numbers from 0 on, none smaller than the one before. */
const rising = (value: unknown): readonly number[] | undefined => {
  if (!Array.isArray(value) || value[0] !== 0) return undefined;
  const numbers = value.flatMap((each) => count(each) ?? []);
  const rises = numbers.every((each, index) => index === 0 || each >= (numbers[index - 1] ?? 0));
  return rises && numbers.length === value.length ? numbers : undefined;
};

const isWhole = <Fields extends Readonly<Record<string, unknown>>>(
  fields: Fields,
): fields is { [Name in keyof Fields]: Exclude<Fields[Name], undefined> } & Fields =>
  Object.values(fields).every((each) => each !== undefined);
