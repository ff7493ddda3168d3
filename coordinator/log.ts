/**
 * Structured logs: one JSON object a line on stdout with the keys level, timestamp (ISO 8601), caller (file:line) and
 * msg, then the fields of the call. Inputs, tokens and keys never belong in a field.
 */
import { pino } from "pino";
import type { DestinationStream } from "pino";

export type LogLevel = "debug" | "info" | "warn" | "error";
export const logLevels = ["debug", "info", "warn", "error"] as const;

export type LogFields = Readonly<Record<string, unknown>>;

/** `fields` with an Error under any key are written as its text and stack. */
export type Log = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>;

/** Lines of a stack: "Error", the log function itself, then whoever called it. */
const CALLER_LINE = 2;

/** "file.ts:12" of whoever logged, as short as the seed's ShortCallerEncoder. */
const callerOf = (stack: string | undefined): string => {
  const frame = stack?.split("\n")[CALLER_LINE] ?? "";
  const place = /([^/\\(\s]+):(\d+):\d+\)?$/u.exec(frame);
  return place === null ? "unknown" : `${place[1] ?? ""}:${place[2] ?? ""}`;
};

/** Errors do not survive JSON: their text and stack do. */
const readable = (value: unknown): unknown => {
  if (!(value instanceof Error)) return value;
  const cause = value.cause === undefined ? {} : { cause: readable(value.cause) };
  return { name: value.name, message: value.message, stack: value.stack, ...cause };
};

const readableFields = (fields: LogFields): LogFields =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, readable(value)]));

/** A log from `level` up; `destination` is stdout unless a test hands in its own. */
export const openLog = (level: LogLevel, destination?: DestinationStream): Log => {
  const sink = pino(
    {
      level,
      base: null,
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );
  const at =
    (label: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (!sink.isLevelEnabled(label)) return;
      sink[label]({ caller: callerOf(new Error().stack), ...readableFields(fields) }, message);
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
};
