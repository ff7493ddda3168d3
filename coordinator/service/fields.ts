/** Checks of request fields. Each failure names the field, what was found and the rule. */
import { invalidField } from "../failure.ts";
import { attemptId, circuitId, jobId, taskId, workerId } from "../../src/domain/ids.ts";
import type { AttemptId, CircuitId, JobId, TaskId, WorkerId } from "../../src/domain/ids.ts";

/** Long values are cut: a message names what was wrong, it does not repeat a payload. */
const SHOWN = 80;

export const shown = (value: unknown): string => {
  const text = typeof value === "bigint" ? value.toString() : JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
};

const required =
  <Id>(make: (text: string) => Id | undefined, rule: string) =>
  (field: string, value: string): Id => {
    const id = make(value);
    if (id === undefined) throw invalidField(field, shown(value), rule);
    return id;
  };

const idRule = "1 to 64 characters of A-Z a-z 0-9 _ -";

export const workerField: (field: string, value: string) => WorkerId = required(
  workerId,
  "1 to 128 characters of A-Z a-z 0-9 . _ : -",
);
export const taskField: (field: string, value: string) => TaskId = required(taskId, idRule);
export const jobField: (field: string, value: string) => JobId = required(jobId, idRule);
export const attemptField: (field: string, value: string) => AttemptId = required(
  attemptId,
  idRule,
);
export const circuitField: (field: string, value: string) => CircuitId = required(
  circuitId,
  "a lower-case letter, then up to 63 of a-z 0-9 _",
);

/** A whole number within its bounds, both inclusive. */
export const between = (
  field: string,
  value: number,
  [low, high]: readonly [number, number],
): number => {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw invalidField(field, shown(value), `a whole number from ${low} to ${high}`);
};

/** Text of at most `limit` characters, without control characters. */
export const line = (field: string, value: string, limit: number): string => {
  if (value.length > limit) {
    throw invalidField(field, `text of ${value.length} characters`, `at most ${limit} characters`);
  }
  // Unicode's "Cc": they break logs and screens.
  if (/\p{Cc}/u.test(value))
    throw invalidField(field, shown(value), "text without control characters");
  return value;
};

/** At most so many entries. */
export const atMost = <Item>(
  field: string,
  items: readonly Item[],
  limit: number,
): readonly Item[] => {
  if (items.length > limit) {
    throw invalidField(field, `${items.length} entries`, `a list of at most ${limit}`);
  }
  return items;
};

/** A whole number on the wire as uint64 or int64 that fits a JavaScript number. */
export const wide = (
  field: string,
  value: bigint,
  [low, high]: readonly [number, number],
): number => {
  if (value >= BigInt(low) && value <= BigInt(high)) return Number(value);
  throw invalidField(field, shown(value), `a whole number from ${low} to ${high}`);
};
