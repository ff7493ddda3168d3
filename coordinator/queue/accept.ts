/**
 * Queue.accept: a verified proof becomes its task's result if the task is open, whoever's lease is current.
 *
 * Calls that come while a commit is under way go together into the next one: no waiting when there is little to do, and
 * one fsync for many when there is much.
 */
import { announceCancelled, announceChanges } from "./announce.ts";
import { acceptBatch } from "./accept-batch.ts";
import type { BatchEntry } from "./accept-batch.ts";
import { openBatcher } from "./batcher.ts";
import type { QueueContext } from "./context.ts";
import { jobIdOf, taskIdOf } from "./ids.ts";
import type { AcceptedProof, Queue, ReportOutcome, TaskChange } from "./queue.ts";
import { proofAnswers, settle } from "./settle.ts";

/** Proofs per commit at most: some 100 kB of statement. */
const MAX_BATCH = 128;

export const accept = (context: QueueContext): Queue["accept"] => {
  const acceptMany = openBatcher<BatchEntry, TaskChange | undefined>({
    maxBatch: MAX_BATCH,
    run: (entries) => takeTasks(context, entries),
  });
  return async (proof) => {
    const receipt = proof.receipt.bind(proof);
    const acceptedAtMs = context.now();
    const signed = receipt(acceptedAtMs);
    const change = await acceptMany({ proof, receipt: signed, acceptedAtMs });
    if (change === undefined) return settle(context.database.sql, keyOf(proof), proofAnswers);
    announceChanges(context, [change]);
    return {
      verdict: "accepted",
      message: "the proof is the task's result",
      receipt: signed,
      change,
    } satisfies ReportOutcome;
  };
};

const keyOf = ({ attempt, digest }: AcceptedProof) => ({ attempt, digest });

/** Per entry what changed; undefined = its task was not open any more, or the report had come before. */
const takeTasks = async (
  context: QueueContext,
  entries: readonly BatchEntry[],
): Promise<readonly (TaskChange | undefined)[]> => {
  const { taken, superseded } = await acceptBatch(context, entries);
  announceCancelled(context, superseded);
  return entries.map((_, place) => {
    const task = taken.get(place);
    if (task === undefined) return undefined;
    const { id, jobId } = task;
    return { taskId: taskIdOf(id), jobId: jobIdOf(jobId), state: "accepted", reason: "" };
  });
};
