/** One value of an input as a field element, in the two notations that inputs use. */
import { MalformedInput } from "../malformed-input.ts";
import type { Json, JsonObject } from "./json.ts";

export type ElementRule = {
  /** Path of the value, for the message. */
  readonly field: string;
  /** Values are below it. */
  readonly below: bigint;
  /** What `below` is, in words, e.g. "the field's prime r". */
  readonly bound: string;
};

/** Longer than any element that fits, in either notation; longer text is refused before it is made a number. */
const MAX_DIGITS = 80;

/** A decimal string, a 0x string or a JSON integer. @throws MalformedInput for anything else, or not below the bound. */
export const readElement = (value: Json | undefined, rule: ElementRule): bigint => {
  if (typeof value === "number") return requireInRange(BigInt(value), rule);
  if (typeof value !== "string") throw malformed(rule, describe(value), numberRemedy);
  if (/^-[0-9]+$/.test(value)) throw negative(rule, value);
  const form = /^(?:[0-9]+|0x[0-9a-fA-F]+)$/;
  if (value.length > MAX_DIGITS || !form.test(value)) {
    throw malformed(rule, `${quote(value)} is no number`, numberRemedy);
  }
  return requireInRange(BigInt(value), rule);
};

/** Hex digits, with 0x or without. @throws MalformedInput for anything else, or not below the bound. */
export const readHexElement = (value: Json | undefined, rule: ElementRule): bigint => {
  if (typeof value !== "string") throw malformed(rule, describe(value), hexRemedy);
  if (value.length > MAX_DIGITS || !/^(?:0x)?[0-9a-fA-F]+$/.test(value)) {
    throw malformed(rule, `${quote(value)} is no hex number`, hexRemedy);
  }
  return requireInRange(BigInt(value.startsWith("0x") ? value : `0x${value}`), rule);
};

/** @throws MalformedInput for a key that the circuit does not take. */
export const refuseOtherKeys = (input: JsonObject, known: readonly string[]): void => {
  for (const field of input.keys()) {
    if (known.includes(field)) continue;
    const remedy = `the circuit takes ${known.join(", ")}`;
    throw new MalformedInput({ field, problem: "the circuit has no such input", remedy });
  }
};

const numberRemedy = "write a string of decimal digits, a 0x string, or an integer";
const hexRemedy = 'write a string of hex digits, e.g. "0x2a"';

const requireInRange = (value: bigint, rule: ElementRule): bigint => {
  if (value < 0n) throw negative(rule, value.toString());
  if (value < rule.below) return value;
  const problem = `${value.toString()} is not below ${rule.bound}`;
  throw malformed(rule, problem, `use a value between 0 and ${(rule.below - 1n).toString()}`);
};

const negative = (rule: ElementRule, value: string): MalformedInput =>
  malformed(
    rule,
    `${shorten(value)} is negative`,
    "signals are numbers modulo r: for -x write r - x, or give the sign a signal of its own",
  );

const malformed = (rule: ElementRule, problem: string, remedy: string): MalformedInput =>
  new MalformedInput({ field: rule.field, problem, remedy });

const describe = (value: Json | undefined): string => {
  if (value === undefined) return "the value is missing";
  if (value === null || typeof value === "boolean") return `${String(value)} is no number`;
  if (typeof value === "number") return `the number ${value} is ambiguous here`;
  return Array.isArray(value) ? "an array is no number" : "an object is no number";
};

const quote = (text: string): string => JSON.stringify(shorten(text));

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
