/**
 * Leases tasks for the idle workers of this replica, many in one statement, and puts them on their streams. Runs when
 * work may be ready or a slot is free, and once a second; never twice at once. Promises: each idle worker is asked in
 * each run, and none whose wants cannot be served takes the others with it.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Log } from "../log.ts";
import type { Lease, LeaseWant, Queue, SessionRef } from "../queue/queue.ts";
import type { CircuitId } from "../../src/domain/ids.ts";
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
  /** The session, while it still is its worker's current one. */
  readonly current: (worker: SessionRef) => Session | undefined;
  /** Called for each lease that has been put on its stream. */
  readonly assigned: (lease: Lease) => void;
  /** Circuits that this replica has the files of. */
  readonly served: () => readonly CircuitId[];
  readonly tickets: Tickets;
  readonly now: () => number;
  readonly log: Log;
};

/** Slots asked for in one statement (research: harmless locks up to 256), and by one worker in one turn. */
const BATCH = 256;
/** How long a worker whose wants the database refuses is left alone. */
const REFUSED_REST_MS = 30_000;
/** SQLSTATE classes "data exception" and "program limit exceeded": what was asked is to blame, not the server. */
const blamesTheAsker = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  typeof error.code === "string" &&
  /^(22|54)/u.test(error.code);

const isIdle = (session: Session, now: number): boolean => freeSlots(session, now) > 0;

/** In turn: who was first the last time is not first again, so that none starves behind many. */
const rotated = <Item>(items: readonly Item[], by: number): readonly Item[] => {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
};

/** The wants of a slice of the idle workers, each cut to `share`; those that are not idle any more are left out. */
const wantsOf = (
  { now, served }: Pick<PumpParts, "now" | "served">,
  slice: readonly Session[],
  share: number,
): readonly LeaseWant[] => {
  const frame = { at: now(), served: served() };
  return slice
    .filter((session) => isIdle(session, frame.at))
    .map((session) => {
      const slots = Math.min(freeSlots(session, frame.at), share);
      return wantOf(session, { slots, served: frame.served });
    });
};

/** Puts a lease on its worker's stream, or gives it back when the worker has left meanwhile. */
const deliver = async (parts: PumpParts, lease: Lease): Promise<void> => {
  const session = parts.current(lease.worker);
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

/** Asks for one worker alone; one whose wants are refused rests, so that it costs the others nothing. */
const leaseAlone = async (parts: PumpParts, want: LeaseWant): Promise<readonly Lease[]> => {
  try {
    return await parts.queue.lease([want]);
  } catch (error) {
    if (!blamesTheAsker(error)) throw error;
    const session = parts.current(want.worker);
    if (session !== undefined) session.restUntil = parts.now() + REFUSED_REST_MS;
    parts.log.warn("A worker's wants were refused", { worker_id: want.worker.workerId, error });
    return [];
  }
};

/** One statement for all of them; when one of the wants makes it fail, one statement for each. */
const leaseFor = async (
  parts: PumpParts,
  wants: readonly LeaseWant[],
): Promise<readonly Lease[]> => {
  try {
    return await parts.queue.lease(wants);
  } catch (error) {
    if (!blamesTheAsker(error)) throw error;
    const leases: Lease[] = [];
    for (const want of wants) leases.push(...(await leaseAlone(parts, want)));
    return leases;
  }
};

/** True when every slot was filled, so that there may be more. */
const fillSlice = async (parts: PumpParts, wants: readonly LeaseWant[]): Promise<boolean> => {
  if (wants.length === 0) return false;
  const leases = await leaseFor(parts, wants);
  await Promise.all(leases.map((lease) => deliver(parts, lease)));
  return leases.length >= wants.reduce((sum, want) => sum + want.slots, 0);
};

export const openPump = (parts: PumpParts): Pump => {
  let wanted = false;
  let stopped = false;
  let running: Promise<void> | undefined;
  let statement: Promise<unknown> = Promise.resolve();
  /** Who is asked first, among those that are idle. */
  let first = 0;

  /** Asks each idle worker once, a batch per statement. True when there may be more for some of them. */
  const fill = async (): Promise<boolean> => {
    const idle = [...parts.sessions()].filter((session) => isIdle(session, parts.now()));
    const order = rotated(idle, first);
    first += idle.length > BATCH ? BATCH : 1;
    const share = Math.max(1, Math.floor(BATCH / Math.max(1, idle.length)));
    let more = false;
    for (let at = 0; at < order.length && !stopped; at += BATCH) {
      const slice = order.slice(at, at + BATCH);
      const filling = fillSlice(parts, wantsOf(parts, slice, share));
      statement = filling;
      more = (await filling) || more;
    }
    return more;
  };

  const run = async (): Promise<void> => {
    // Slots freed and wakes heard in the same turn share one statement.
    await nextTurn();
    while (wanted && !stopped) {
      wanted = false;
      try {
        wanted = (await fill()) || wanted;
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
    settled: async () => {
      await Promise.allSettled([statement]);
    },
    stop: async () => {
      stopped = true;
      await running;
    },
  };
};
