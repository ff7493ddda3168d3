/**
 * Leases tasks for all idle workers of this replica in one statement and puts them on their streams. Runs when work may
 * be ready or a slot is free, and once a second; never twice at once.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Log } from "../log.ts";
import type { Lease, LeaseWant, Queue } from "../queue/queue.ts";
import type { Tickets } from "./ticket.ts";
import { freeSlots, wantOf } from "./session.ts";
import type { Session } from "./session.ts";

export type Pump = {
  /** Something may have become leasable, or somebody idle. Calls within one turn of the event loop are one. */
  readonly kick: () => void;
  /** Resolves when the statement that runs now, if any, has been dealt with. */
  readonly settled: () => Promise<void>;
  /** No more leases. Resolves when the last one has been dealt with. */
  readonly stop: () => Promise<void>;
};

export type PumpParts = {
  readonly queue: Pick<Queue, "lease" | "release">;
  readonly sessions: () => Iterable<Session>;
  /** The session that this lease was made for, while it still is the worker's current one. */
  readonly current: (lease: Lease) => Session | undefined;
  /** Called for each lease that has been put on its stream. */
  readonly assigned: (lease: Lease) => void;
  readonly tickets: Tickets;
  readonly now: () => number;
  readonly log: Log;
};

/** Slots asked for in one statement (research: harmless locks up to 256), and by one worker in one turn. */
const BATCH = 256;

/** As many wants as fit the batch, the workers with most free slots first cut to an even share. */
const wantsOf = (sessions: Iterable<Session>, now: number): readonly LeaseWant[] => {
  const idle = [...sessions]
    .map((session) => ({ session, free: freeSlots(session, now) }))
    .filter(({ free }) => free > 0);
  const share = Math.max(1, Math.floor(BATCH / Math.max(1, idle.length)));
  return idle.slice(0, BATCH).map(({ session, free }) => wantOf(session, Math.min(free, share)));
};

/** Puts a lease on its worker's stream, or gives it back when the worker has left meanwhile. */
const deliver = async (parts: PumpParts, lease: Lease): Promise<void> => {
  const session = parts.current(lease);
  if (session?.feed === undefined) {
    await parts.queue.release(
      lease.worker,
      [lease.attemptId],
      "its worker left before it was sent",
    );
    return;
  }
  const { taskId, attemptId } = lease;
  session.held.set(attemptId, {
    taskId,
    attemptId,
    since: parts.now(),
    stage: "waiting",
    progress: 0,
    unnamed: 0,
  });
  const ticket = parts.tickets.issue({ taskId, attemptId, workerId: lease.worker.workerId });
  session.feed.push({ kind: "assignment", lease, ticket });
  parts.assigned(lease);
  parts.log.debug("Task assigned", {
    task_id: taskId,
    attempt_id: attemptId,
    attempt: lease.attemptNumber,
    worker_id: lease.worker.workerId,
    circuit: lease.circuitId,
  });
};

/** One statement for all idle workers. True when every slot was filled, so that there may be more. */
const fill = async (parts: PumpParts): Promise<boolean> => {
  const wants = wantsOf(parts.sessions(), parts.now());
  if (wants.length === 0) return false;
  const leases = await parts.queue.lease(wants);
  await Promise.all(leases.map((lease) => deliver(parts, lease)));
  return leases.length >= wants.reduce((sum, want) => sum + want.slots, 0);
};

export const openPump = (parts: PumpParts): Pump => {
  let wanted = false;
  let stopped = false;
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    // Slots freed and wakes heard in the same turn share one statement.
    await nextTurn();
    while (wanted && !stopped) {
      wanted = false;
      try {
        wanted = (await fill(parts)) || wanted;
      } catch (error) {
        parts.log.error("Leasing failed; trying again within a second", { error });
      }
    }
    running = undefined;
  };

  return {
    kick: () => {
      wanted = true;
      if (!stopped) running ??= run();
    },
    settled: async () => running,
    stop: async () => {
      stopped = true;
      await running;
    },
  };
};
