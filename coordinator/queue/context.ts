/** What every verb of the queue is given. */
import type { Database } from "../db/open.ts";
import type { Log } from "../log.ts";
import type { QueuePolicy } from "./policy.ts";
import type { Wake } from "./queue.ts";

export type QueueContext = {
  readonly database: Database;
  readonly policy: QueuePolicy;
  /** Names this process among those that share the database; new at every start. */
  readonly replicaId: string;
  /** Unix ms; for receipts only. Leases go by the database's clock, which all replicas share. */
  readonly now: () => number;
  /** Tells every replica; coalesced. */
  readonly wake: (wake: Wake) => void;
  readonly log: Log;
};
