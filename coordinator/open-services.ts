/** Joins what the RPCs work with: keys, tickets, dispatcher, figures. */
import path from "node:path";
import { ed25519 } from "@noble/curves/ed25519.js";
import { ensureKeyFile } from "./access/key-files.ts";
import { openAccessKeys } from "./access/keys.ts";
import type { AccessKeys } from "./access/keys.ts";
import type { CircuitRegistry } from "./circuits/registry.ts";
import type { Config } from "./config.ts";
import type { Database } from "./db/open.ts";
import { openDispatch } from "./dispatch/open.ts";
import { storedWorker } from "./dispatch/stored-worker.ts";
import { openTickets } from "./dispatch/ticket.ts";
import type { Log } from "./log.ts";
import { openMetrics } from "./metrics.ts";
import { receiptKey, secret, ticketKeys } from "./queue/keys.ts";
import type { Queue } from "./queue/queue.ts";
import { openGuard } from "./service/guard.ts";
import { openStats } from "./service/stats.ts";
import type { Services } from "./service/services.ts";
import type { Verifier } from "./verify/verifier.ts";
import { version } from "./version.ts";
import { STREAM_KEEPALIVE_MS } from "../src/domain/limits.ts";
import { circuitId } from "../src/domain/ids.ts";
import { randomBytes } from "node:crypto";

export type ServiceParts = {
  readonly config: Config;
  readonly dataFolder: string;
  readonly database: Database;
  readonly queue: Queue;
  readonly registry: CircuitRegistry;
  readonly verifier: Verifier;
  readonly log: Log;
};

const SECRET_BYTES = 32;

const now = (): number => performance.now();

/** The keys in the data folder are known to the database from the first start on. */
const openKeys = async (database: Database, dataFolder: string): Promise<AccessKeys> => {
  const keys = openAccessKeys(database);
  const folder = path.join(dataFolder, "keys");
  for (const kind of ["owner", "admin"] as const) {
    await keys.admit(await ensureKeyFile(folder, kind), kind);
  }
  return keys;
};

const openTicketKeys = async ({ sql }: Database) => {
  const { current, previous } = await ticketKeys(sql);
  return openTickets(previous === undefined ? [current] : [current, previous]);
};

const openDispatcher = async (parts: ServiceParts) => {
  const { config, queue, registry, log } = parts;
  const tickets = await openTicketKeys(parts.database);
  const dispatch = openDispatch({
    queue,
    tickets,
    served: () => registry.current().map(({ circuit }) => circuit.id),
    log,
    heartbeatIntervalMs: config.heartbeat_interval_ms,
    leaseTtlMs: config.lease_ttl_ms,
    streamKeepaliveMs: STREAM_KEEPALIVE_MS,
    now,
  });
  return { dispatch, tickets };
};

export const openServices = async (parts: ServiceParts): Promise<Services> => {
  const { config, database, queue, registry, verifier, log } = parts;
  const { sql } = database;
  const [keys, receiptSecret, legacySecret, { dispatch, tickets }] = await Promise.all([
    openKeys(database, parts.dataFolder),
    receiptKey(sql),
    secret(sql, "legacy-worker-key", () => randomBytes(SECRET_BYTES)),
    openDispatcher(parts),
  ]);
  const shared = config.database_url !== "";
  const stats = openStats({ queue, sessions: dispatch.sessions, shared, now });
  const metrics = openMetrics({
    sessions: dispatch.sessions,
    workers: queue.workers,
    stats: stats.latest,
    isCircuit: (id) => {
      const known = circuitId(id);
      return known !== undefined && registry.byId(known) !== undefined;
    },
    perWorker: config.metrics_per_worker,
  });
  return {
    queue,
    registry,
    verifier,
    dispatch,
    tickets,
    keys,
    guard: openGuard(config, now),
    stats,
    metrics,
    log,
    storedWorker: (workerId) => storedWorker(database, workerId),
    receiptKey: { secret: receiptSecret, public: ed25519.getPublicKey(receiptSecret) },
    settings: {
      version,
      heartbeatIntervalMs: config.heartbeat_interval_ms,
      leaseTtlMs: config.lease_ttl_ms,
      streamKeepaliveMs: STREAM_KEEPALIVE_MS,
      legacyWorkers: config.allow_legacy_workers,
      legacySecret,
      uploadFolder: path.join(parts.dataFolder, "uploads"),
    },
  };
};
