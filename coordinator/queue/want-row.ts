/** A worker's want as the lease statement reads it: whatever a worker said of itself, it is a value of the column's type. */
import type { Json } from "../db/pool.ts";
import type { LeaseWant } from "./queue.ts";

const MAX_INTEGER = 2 ** 31 - 1;

export const wantRow = (want: LeaseWant, place: number): Json => ({
  place,
  worker_id: want.worker.workerId,
  session_id: want.worker.sessionId,
  slots: want.slots,
  circuits: want.circuits === "*" ? null : want.circuits.filter(isText),
  curves: want.curves.filter(isText),
  denied: want.deniedCircuits.filter(isText),
  memory: whole(want.memoryBudgetBytes, Number.MAX_SAFE_INTEGER),
  node_class: whole(want.nodeClass, MAX_INTEGER),
});

/** Within 0..most; what is no number is 0. */
const whole = (value: number, most: number): number =>
  Number.isNaN(value) ? 0 : Math.trunc(Math.min(most, Math.max(0, value)));

/** PostgreSQL's text holds no NUL, and no half of a surrogate pair; no circuit or curve has them in its name. */
const isText = (text: string): boolean => !/[\0\p{Cs}]/u.test(text);
