/** Queue.cancel and Queue.cancelCircuit: what is not final yet ends, and its workers are told to stop. */
import { announceFinished } from "./announce.ts";
import type { QueueContext } from "./context.ts";
import { finishTasks } from "./finish-tasks.ts";
import { jobKeyOf } from "./ids.ts";
import type { Queue } from "./queue.ts";
import { giveBackSlots } from "./slots.ts";

export const cancel =
  (context: QueueContext): Queue["cancel"] =>
  async (owner, jobId) => {
    const key = jobKeyOf(jobId);
    if (key === undefined) return { tasks: 0, attempts: [] };
    const finished = await context.database.sql.begin(async (sql) => {
      // The owner's row before its tasks, as in submit.
      await sql`select id from owners where id = ${owner} for update`;
      const cancelled = await finishTasks(sql, {
        selection: { where: sql`owner_id = ${owner} and job_id = ${key}`, lock: "wait" },
        state: "cancelled",
        reason: sql`'its owner cancelled it'`,
        reasonCode: sql`'cancelled'`,
        outcome: "cancelled",
      });
      await giveBackSlots(sql, owner);
      return cancelled;
    });
    return announceFinished(context, finished);
  };

/** For a circuit that is removed; the caller has marked its row, so that no new task comes. */
export const cancelCircuit =
  (context: QueueContext): Queue["cancelCircuit"] =>
  async (circuitId) => {
    const { sql } = context.database;
    const finished = await finishTasks(sql, {
      selection: {
        where: sql`circuit_key = any(array(select key from circuits where id = ${circuitId}))`,
        lock: "wait",
      },
      state: "cancelled",
      reason: sql`'its circuit was removed'`,
      reasonCode: sql`'circuit_removed'`,
      outcome: "cancelled",
    });
    return announceFinished(context, finished);
  };
