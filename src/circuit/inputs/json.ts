/**
 * A JSON reader for inputs. JSON.parse rounds large integers silently and lets a repeated key win unseen; a proof of the
 * wrong statement would follow. This one refuses both, bounds the depth, and names the place.
 */
import { MAX_INPUT_DEPTH } from "../../domain/limits.ts";
import { MalformedInput } from "../malformed-input.ts";

export type Json = string | number | boolean | null | JsonArray | JsonObject;
export type JsonArray = readonly Json[];
/** A Map, so that no key can reach a prototype. */
export type JsonObject = ReadonlyMap<string, Json>;

/**
 * Reads an object in UTF-8.
 *
 * @throws MalformedInput for anything that is not one, deeper than MAX_INPUT_DEPTH, with a repeated or reserved key, or
 * with a number that is no integer below 2^53.
 */
export const readJsonObject = (bytes: Uint8Array): JsonObject => {
  const cursor: Cursor = { text: decodeUtf8(bytes), at: 0, path: [] };
  const value = readValue(cursor);
  skipSpace(cursor);
  if (cursor.at < cursor.text.length) throw syntax(cursor, "text after the end of the value");
  if (value instanceof Map) return value;
  throw new MalformedInput({
    field: "",
    problem: "the input is no JSON object",
    remedy: 'write an object with the circuit\'s inputs by name, e.g. {"a":"2","b":"3"}',
  });
};

/** A path as people write it: leaves[3].x */
export const formatPath = (path: readonly (string | number)[]): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? part : `${text}.${part}`;
  }, "");

type Cursor = { readonly text: string; at: number; readonly path: (string | number)[] };

/** Keys that mean something to JavaScript objects; no circuit has a use for them. */
const reservedKeys = new Set(["__proto__", "constructor", "prototype"]);

const decodeUtf8 = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // The decoder's own message says no more than this one.
    throw new MalformedInput({
      field: "",
      problem: "the input is not UTF-8",
      remedy: "save it as UTF-8 text",
    });
  }
};

const readValue = (cursor: Cursor): Json => {
  skipSpace(cursor);
  switch (cursor.text[cursor.at]) {
    case "{":
      return nested(cursor, readObject);
    case "[":
      return nested(cursor, readArray);
    case '"':
      return readString(cursor);
    case "t":
      return readWord(cursor, "true", true);
    case "f":
      return readWord(cursor, "false", false);
    case "n":
      return readWord(cursor, "null", null);
    default:
      return readNumber(cursor);
  }
};

const nested = <Value>(cursor: Cursor, read: (cursor: Cursor) => Value): Value => {
  // Each level in progress has put its key or index on the path.
  if (cursor.path.length < MAX_INPUT_DEPTH) return read(cursor);
  throw new MalformedInput({
    field: formatPath(cursor.path),
    problem: `nested more than ${MAX_INPUT_DEPTH} levels deep`,
    remedy: `use at most ${MAX_INPUT_DEPTH} levels`,
  });
};

const readObject = (cursor: Cursor): JsonObject => {
  const members = new Map<string, Json>();
  readList(cursor, "}", () => {
    if (cursor.text[cursor.at] !== '"') throw syntax(cursor, "a key must be a string");
    const key = readString(cursor);
    requireUsableKey(cursor, members, key);
    skipSpace(cursor);
    if (cursor.text[cursor.at] !== ":") throw syntax(cursor, "a key must be followed by a colon");
    cursor.at += 1;
    cursor.path.push(key);
    members.set(key, readValue(cursor));
    cursor.path.pop();
  });
  return members;
};

const requireUsableKey = (cursor: Cursor, members: JsonObject, key: string): void => {
  const field = formatPath([...cursor.path, key]);
  if (reservedKeys.has(key)) {
    const remedy = "rename the signal in the circuit";
    throw new MalformedInput({ field, problem: `the key "${key}" is reserved`, remedy });
  }
  if (members.has(key)) {
    const remedy = "give each key once";
    throw new MalformedInput({ field, problem: `the key "${key}" is given twice`, remedy });
  }
};

const readArray = (cursor: Cursor): JsonArray => {
  const items: Json[] = [];
  readList(cursor, "]", () => {
    cursor.path.push(items.length);
    items.push(readValue(cursor));
    cursor.path.pop();
  });
  return items;
};

/** From the opening bracket to the closing one: items with commas between them. */
const readList = (cursor: Cursor, end: "]" | "}", readItem: () => void): void => {
  cursor.at += 1;
  skipSpace(cursor);
  if (cursor.text[cursor.at] === end) {
    cursor.at += 1;
    return;
  }
  for (;;) {
    skipSpace(cursor);
    readItem();
    skipSpace(cursor);
    const next = cursor.text[cursor.at];
    if (next !== "," && next !== end) throw syntax(cursor, `a comma or ${end} is missing`);
    cursor.at += 1;
    if (next === end) return;
  }
};

const stringToken =
  /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;

const readString = (cursor: Cursor): string => {
  const token = take(cursor, stringToken);
  if (token === undefined) throw syntax(cursor, "a string does not end or holds a bad escape");
  return token.includes("\\") ? String(JSON.parse(token)) : token.slice(1, -1);
};

const numberToken = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

const readNumber = (cursor: Cursor): number => {
  const token = take(cursor, numberToken);
  if (token === undefined) throw syntax(cursor, "a value is missing");
  const value = Number(token);
  if (Number.isSafeInteger(value) && /^-?[0-9]+$/.test(token)) return value;
  throw new MalformedInput({
    field: formatPath(cursor.path),
    problem: `the number ${shorten(token)} would be rounded by many JSON programs`,
    remedy: "write it as a string of decimal digits",
  });
};

const readWord = <Value>(cursor: Cursor, word: string, value: Value): Value => {
  if (!cursor.text.startsWith(word, cursor.at)) throw syntax(cursor, "a value is missing");
  cursor.at += word.length;
  return value;
};

const take = (cursor: Cursor, token: RegExp): string | undefined => {
  token.lastIndex = cursor.at;
  const found = token.exec(cursor.text)?.[0];
  if (found !== undefined) cursor.at += found.length;
  return found;
};

const space = /[ \t\n\r]*/y;

const skipSpace = (cursor: Cursor): void => {
  take(cursor, space);
};

const syntax = (cursor: Cursor, problem: string): MalformedInput =>
  new MalformedInput({
    field: formatPath(cursor.path),
    problem: `not JSON at character ${cursor.at + 1}: ${problem}`,
    remedy: "write strict JSON (no comments, no trailing commas)",
  });

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
