/** The node's log: NDJSON, one object a line, with level, timestamp, caller and msg. */
export type LogLine = {
  readonly level: Level;
  /** ISO 8601, as written. */
  readonly timestamp: string;
  readonly caller: string;
  readonly message: string;
  /** Every other field, as JSON without its braces; "" when there is none. */
  readonly fields: string;
};

export type Level = "debug" | "info" | "warn" | "error";
export const levels: readonly Level[] = ["debug", "info", "warn", "error"];

const text = (value: unknown): string => (typeof value === "string" ? value : "");

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    // A line cut in half by a crash is still worth showing, as it is.
    return null;
  }
};

/** A line as its parts; one that is no JSON as a message. */
export const readLine = (line: string): LogLine => {
  const parsed = parse(line);
  if (!isRecord(parsed)) {
    return { level: "info", timestamp: "", caller: "", message: line, fields: "" };
  }
  const { level, timestamp, caller, msg, ...rest } = parsed;
  return {
    level: levels.find((known) => known === level) ?? "info",
    timestamp: text(timestamp),
    caller: text(caller),
    message: text(msg),
    fields: Object.keys(rest).length === 0 ? "" : JSON.stringify(rest).slice(1, -1),
  };
};

/** All lines as they were written, newest first. */
export const splitLines = (ndjson: Uint8Array): readonly string[] =>
  new TextDecoder()
    .decode(ndjson)
    .split("\n")
    .filter((line) => line.trim() !== "")
    .reverse();

/** Found without reading the rest: the level is a line's first key, and inside a text its quotes would be escaped. */
const levelOf = (line: string): Level => {
  const named = /"level":"([a-z]+)"/.exec(line)?.[1];
  return levels.find((known) => known === named) ?? "info";
};

/** Lines of `level` and above. A log of thousands of lines is sorted in a few milliseconds, and only what shows is read. */
export const atLeast = (lines: readonly string[], level: Level): readonly string[] =>
  lines.filter((line) => levels.indexOf(levelOf(line)) >= levels.indexOf(level));

/** "14:02:11" of an ISO 8601 timestamp, in local time; the text itself when it is none. */
export const timeOf = (timestamp: string, format: (atMs: number) => string): string => {
  const atMs = Date.parse(timestamp);
  return Number.isNaN(atMs) ? timestamp : format(atMs);
};
