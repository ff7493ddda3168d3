/** What a notification carries; whoever may connect to the database can send one, so it is parsed like anything else. */
import { array, boolean, object, optional, safeParse, string } from "valibot";
import { attemptId, jobId } from "../../src/domain/ids.ts";
import type { Wake } from "./queue.ts";

export type WakeMessage = {
  readonly ready?: boolean;
  readonly jobs?: readonly string[];
  readonly attempts?: readonly string[];
  readonly settled?: readonly string[];
};

const schema = object({
  ready: optional(boolean(), false),
  jobs: optional(array(string()), []),
  attempts: optional(array(string()), []),
  settled: optional(array(string()), []),
});

/** The wake-ups of a payload; none when it is not ours. */
export const parseWakes = (payload: string): readonly Wake[] => {
  const parsed = safeParse(schema, readJson(payload));
  if (!parsed.success) return [];
  const { ready, jobs, attempts } = parsed.output;
  const settled = parsed.output.settled.map(attemptId).filter((id) => id !== undefined);
  const cancelled = attempts.map(attemptId).filter((id) => id !== undefined);
  const wakes: Wake[] = [];
  if (ready) wakes.push({ kind: "ready" });
  for (const id of jobs.map(jobId)) if (id !== undefined) wakes.push({ kind: "job", jobId: id });
  if (cancelled.length > 0) wakes.push({ kind: "cancel", attempts: cancelled });
  if (settled.length > 0) wakes.push({ kind: "settled", attempts: settled });
  return wakes;
};

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Not ours; the schema refuses it.
    return undefined;
  }
};
