import { NodeFailure } from "../domain/failure.ts";

/** What has one canonical form. No null and no fractions: nothing that we sign has them. */
export type CanonicalValue =
  | string
  | number
  | boolean
  | readonly CanonicalValue[]
  | { readonly [key: string]: CanonicalValue };

/** Deeper than anything that we sign, shallow enough for every engine's stack. */
const MAX_DEPTH = 32;

/**
 * The one text of a value, for signing: RFC 8785 (JCS) restricted to strings, safe integers, booleans, arrays and plain
 * objects. Keys are sorted by UTF-16 code units, nothing is left between tokens.
 *
 * @throws NodeFailure "malformed_message", naming the path, for anything else.
 */
export const canonicalJson = (value: unknown): string => write(value, "$", 0);

const write = (value: unknown, path: string, depth: number): string => {
  if (depth > MAX_DEPTH) throw refusal(path, `at most ${String(MAX_DEPTH)} levels`, "more");
  if (typeof value === "string") return writeString(value, path);
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return writeInteger(value, path);
  if (Array.isArray(value)) return writeArray(value, path, depth);
  if (isPlainObject(value)) return writeObject(value, path, depth);
  throw refusal(path, "a string, integer, boolean, array or object", describe(value));
};

const writeString = (text: string, path: string): string => {
  // With the u flag a paired surrogate is one character, so this finds lone ones only; they have no UTF-8.
  if (/[\uD800-\uDFFF]/u.test(text)) throw refusal(path, "well-formed Unicode", "a lone surrogate");
  return JSON.stringify(text);
};

const writeInteger = (number: number, path: string): string => {
  if (!Number.isSafeInteger(number)) {
    throw refusal(path, "an integer between -(2^53 - 1) and 2^53 - 1", String(number));
  }
  return JSON.stringify(number);
};

const writeArray = (values: readonly unknown[], path: string, depth: number): string => {
  const items = Array.from(values, (item, index) =>
    write(item, `${path}[${String(index)}]`, depth + 1),
  );
  return `[${items.join(",")}]`;
};

const writeObject = (
  object: Readonly<Record<string, unknown>>,
  path: string,
  depth: number,
): string => {
  const members = Object.keys(object)
    .sort()
    .map((key) => `${writeString(key, path)}:${write(object[key], `${path}.${key}`, depth + 1)}`);
  return `{${members.join(",")}}`;
};

const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

const describe = (value: unknown): string => (value === null ? "null" : typeof value);

const refusal = (path: string, expected: string, got: string): NodeFailure =>
  new NodeFailure("malformed_message", `canonical JSON, ${path}: expected ${expected}, got ${got}`);
