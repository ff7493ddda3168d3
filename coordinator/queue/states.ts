/** Task states as rows hold them: 0-3 in `tasks` (open), 3-7 in `finished_tasks`. */
import { CoordinatorFailure } from "../failure.ts";
import type { TaskStateName } from "./queue.ts";

const names: readonly TaskStateName[] = [
  "queued",
  "leased",
  "delayed",
  "dead",
  "accepted",
  "failed",
  "cancelled",
  "expired",
];

/** Numbers of the states that finish a task without a proof. */
export const finalStates = { dead: 3, failed: 5, cancelled: 6, expired: 7 } as const;
export type FinalStateName = keyof typeof finalStates;

/** Errors: internal when a row holds a number that no state has. */
export const stateName = (state: number): TaskStateName => {
  const name = names[state];
  if (name !== undefined) return name;
  throw new CoordinatorFailure({
    kind: "internal",
    reason: "ROW_MALFORMED",
    problem: `a task has the unknown state ${state}`,
    remedy: "run the release that wrote it, or a later one",
  });
};

/** Counts by state number as a record with every state. */
export const countsByState = (
  rows: readonly { readonly state: number; readonly count: number }[],
): Readonly<Record<TaskStateName, number>> => {
  const counts = {
    queued: 0,
    leased: 0,
    delayed: 0,
    accepted: 0,
    failed: 0,
    dead: 0,
    cancelled: 0,
    expired: 0,
  };
  for (const { state, count } of rows) counts[stateName(state)] += count;
  return counts;
};
