/** Text ids outside, numbers inside: "t_" or "j_" and the row's 8-byte key in base 36. Attempt ids are 32 hex digits. */
import { attemptId, jobId, taskId, workerId, circuitId } from "../../src/domain/ids.ts";
import type { AttemptId, JobId, TaskId } from "../../src/domain/ids.ts";
import { CoordinatorFailure } from "../failure.ts";

const BASE = 36n;
const MAX_KEY = 2n ** 63n - 1n;

/** A stored text with its brand. Errors: internal when the row holds what the maker would not let in. */
const stored =
  <Id>(make: (text: string) => Id | undefined) =>
  (text: string): Id => {
    const id = make(text);
    if (id !== undefined) return id;
    throw new CoordinatorFailure({
      kind: "internal",
      reason: "ROW_MALFORMED",
      problem: "a row of the database holds a malformed id",
      remedy: "restore the database from a backup",
    });
  };

export const storedWorkerId = stored(workerId);
export const storedCircuitId = stored(circuitId);
const storedTaskId = stored(taskId);
const storedJobId = stored(jobId);
const storedAttemptId = stored(attemptId);

export const taskIdOf = (key: bigint): TaskId => storedTaskId(`t_${key.toString(Number(BASE))}`);
export const jobIdOf = (key: bigint): JobId => storedJobId(`j_${key.toString(Number(BASE))}`);

/** Of a uuid as PostgreSQL writes it. */
export const attemptIdOf = (uuid: string): AttemptId => storedAttemptId(uuid.replaceAll("-", ""));

/** The row's key, as text for a bigint parameter; undefined = no such id was ever made. */
export const taskKeyOf = (id: TaskId): string | undefined => keyOf(id, "t_");
export const jobKeyOf = (id: JobId): string | undefined => keyOf(id, "j_");

/** The attempt id as PostgreSQL reads a uuid; undefined = no such id was ever made. */
export const attemptKeyOf = (id: AttemptId): string | undefined =>
  /^[0-9a-f]{32}$/u.test(id) ? id : undefined;

const keyOf = (id: string, prefix: string): string | undefined => {
  if (!id.startsWith(prefix)) return undefined;
  const digits = id.slice(prefix.length);
  if (!/^[1-9a-z][0-9a-z]{0,12}$/u.test(digits)) return undefined;
  let key = 0n;
  for (const digit of digits) key = key * BASE + BigInt(Number.parseInt(digit, Number(BASE)));
  return key <= MAX_KEY ? key.toString() : undefined;
};
