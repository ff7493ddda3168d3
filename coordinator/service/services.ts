/** What the RPCs have to work with. */
import { createContextKey } from "@connectrpc/connect";
import type { AccessKeys } from "../access/keys.ts";
import type { LegacyRule, Peer } from "../access/peer.ts";
import type { CircuitRegistry } from "../circuits/registry.ts";
import type { Dispatch } from "../dispatch/open.ts";
import type { Tickets } from "../dispatch/ticket.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { Queue } from "../queue/queue.ts";
import type { Verifier } from "../verify/verifier.ts";
import type { Guard } from "./guard.ts";
import type { StatsFeed } from "./stats.ts";
import type { StoredWorker } from "../dispatch/stored-worker.ts";
import type { WorkerId } from "../../src/domain/ids.ts";

export type Services = {
  readonly queue: Queue;
  readonly registry: CircuitRegistry;
  readonly verifier: Verifier;
  readonly dispatch: Dispatch;
  readonly tickets: Tickets;
  readonly keys: AccessKeys;
  /** A registration as the database keeps it. */
  readonly storedWorker: (workerId: WorkerId) => Promise<StoredWorker | undefined>;
  readonly guard: Guard;
  readonly stats: StatsFeed;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly receiptKey: ReceiptKey;
  readonly settings: ServiceSettings;
};

/** Ed25519, raw 32 bytes each. */
export type ReceiptKey = { readonly secret: Uint8Array; readonly public: Uint8Array };

export type ServiceSettings = {
  readonly version: string;
  readonly heartbeatIntervalMs: number;
  readonly leaseTtlMs: number;
  readonly streamKeepaliveMs: number;
  readonly legacyWorkers: LegacyRule;
  /** From which a legacy worker's token is derived: it cannot keep one itself. */
  readonly legacySecret: Uint8Array;
  /** Where uploads of circuits wait for admission. */
  readonly uploadFolder: string;
};

/** Set for each request before its RPC runs. */
export const peerKey = createContextKey<Peer>({ address: "", forwarded: false });
