/**
 * Tickets: the proof that an attempt was given to a worker, valid also after the coordinator restarted or another replica
 * took over. No expiry inside, so that late proofs and adoption work.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { AttemptId, TaskId, WorkerId } from "../../src/domain/ids.ts";

export type TicketOf = {
  readonly taskId: TaskId;
  readonly attemptId: AttemptId;
  readonly workerId: WorkerId;
};

export type Tickets = {
  /** 32 bytes. */
  readonly issue: (of: TicketOf) => Uint8Array;
  readonly holds: (of: TicketOf, ticket: Uint8Array) => boolean;
};

/** `keys`: newest first; the first signs, all of them verify. At least one. */
export const openTickets = (keys: readonly Uint8Array[]): Tickets => {
  const [newest] = keys;
  if (newest === undefined) throw new RangeError("tickets need at least one key");
  return {
    issue: (of) => sign(newest, of),
    holds: (of, ticket) => keys.some((key) => equal(sign(key, of), ticket)),
  };
};

/** Ids hold no newline, so the joined text names exactly one triple. */
const sign = (key: Uint8Array, of: TicketOf): Buffer =>
  createHmac("sha256", key)
    .update(`ticket\n${of.taskId}\n${of.attemptId}\n${of.workerId}`)
    .digest();

const equal = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && timingSafeEqual(left, right);
