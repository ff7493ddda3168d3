/** What a proof is worth whose circuit this replica does not serve: removed, or its files are not here. */
import { CoordinatorFailure } from "../failure.ts";
import type { AttemptRow, ReportOutcome } from "../queue/queue.ts";

/** A replica looks every other second for circuits that another one has added. */
const RETRY_MS = 2_000;

/**
 * The answer, where the task's end gives one: removing a circuit cancels its open tasks. While the task is open only the
 * files are missing: throws UNAVAILABLE, and the node keeps its proof.
 */
export const answerUnserved = ({ taskState, circuitId }: AttemptRow): ReportOutcome => {
  switch (taskState) {
    case "accepted":
      return { verdict: "duplicate", message: "the task already has a proof" };
    case "cancelled":
      return {
        verdict: "cancelled",
        message: `the task was cancelled, as all of a circuit that is removed; this one's is "${circuitId}"`,
      };
    case "expired":
      return { verdict: "cancelled", message: "the task's deadline had passed" };
    case "failed":
      return { verdict: "failed", message: "the task was found to have no proof" };
    case "queued":
    case "leased":
    case "delayed":
    case "dead":
      throw new CoordinatorFailure({
        kind: "unavailable",
        reason: "CIRCUIT_NOT_HERE",
        problem: `the files of circuit "${circuitId}" are not on this coordinator`,
        remedy: "keep the proof and report it again",
        retryAfterMs: RETRY_MS,
      });
  }
};
