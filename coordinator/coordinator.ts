/** A whole coordinator: its parts joined, and how they end. */
import path from "node:path";
import { Code, ConnectError } from "@connectrpc/connect";
import { openCircuitRegistry } from "./circuits/open.ts";
import type { OpenRegistry } from "./circuits/open.ts";
import type { Config } from "./config.ts";
import { openDataFolder } from "./data-folder.ts";
import { openDatabase } from "./db/open.ts";
import type { Database } from "./db/open.ts";
import { startPractice } from "./demo.ts";
import type { Log } from "./log.ts";
import { openQueue } from "./queue/open.ts";
import { suspectAfterMs } from "./queue/policy.ts";
import type { Queue } from "./queue/queue.ts";
import { openRpcHandler } from "./service/handler.ts";
import { openServices } from "./open-services.ts";
import type { Services } from "./service/services.ts";
import { startTimers } from "./timers.ts";
import { openVerifier } from "./verify/open.ts";
import type { VerifierOptions } from "./verify/open.ts";
import type { Verifier } from "./verify/verifier.ts";
import { openPorts } from "./open-ports.ts";
import type { OpenPorts } from "./open-ports.ts";
import type { Repetition } from "./repeat.ts";

export type Coordinator = {
  readonly url: string;
  readonly port: number;
  readonly adminPort: number;
  /** Of the authority made by `--tls`. */
  readonly caFile: string | undefined;
  /** Hands leases back, ends streams, finishes what is being answered, stops everything. Idempotent. */
  readonly stop: () => Promise<void>;
};

export type CoordinatorOptions = {
  readonly config: Config;
  /** Make and use a local certificate authority. */
  readonly localTls: boolean;
  readonly log: Log;
  /** The project's folder: dist/ and public/circuits are in it. */
  readonly projectFolder: string;
  /** Each verifying thread takes a second of computing to start; by default there is one per core. */
  readonly verifier?: Pick<VerifierOptions, "threads">;
};

/** Everything that has to be closed, in the order in which it was opened. */
type Parts = {
  readonly database: Database;
  readonly queue: Queue;
  readonly registry: OpenRegistry;
  readonly verifier: Verifier;
  readonly services: Services;
  readonly periodic: readonly Repetition[];
  readonly ports: OpenPorts;
  readonly shutdown: AbortController;
};

/** Time for calls that are being answered when the coordinator stops: verifying and committing a proof, mostly. */
const FINISH_MS = 3_000;

const stopParts = async (parts: Parts, log: Log): Promise<void> => {
  const { ports, services, queue } = parts;
  const started = performance.now();
  ports.stopAccepting();
  // Leases first: what nobody has begun goes to others at once.
  const [, released] = await Promise.all([
    Promise.all(parts.periodic.map((one) => one.stop())),
    services.dispatch.drain().then(() => queue.releaseReplica()),
  ]);
  log.info("Leases handed back", {
    tasks: released.length,
    milliseconds: Math.round(performance.now() - started),
  });
  parts.shutdown.abort(
    new ConnectError("this coordinator is stopping; reconnect", Code.Unavailable),
  );
  await ports.idle(FINISH_MS);
  await ports.close();
  await Promise.all([parts.verifier.close(), parts.registry.close(), queue.close()]);
  await parts.database.close();
  log.info("Stopped", { milliseconds: Math.round(performance.now() - started) });
};

const practises = (config: Config): boolean =>
  config.practice_tasks && !config.production && config.database_url === "";

/** Ways to close what has been opened, the last one first. */
type Closers = (() => Promise<unknown>)[];

const openParts = async (options: CoordinatorOptions, closers: Closers): Promise<Parts> => {
  const { config, log, projectFolder } = options;
  const dataFolder = path.resolve(config.data_dir);
  await openDataFolder(dataFolder);
  const database = await openDatabase({
    url: config.database_url === "" ? undefined : config.database_url,
    folder: path.join(dataFolder, "postgres"),
    log,
  });
  closers.unshift(() => database.close());
  const policy = {
    leaseTtlMs: config.lease_ttl_ms,
    suspectAfterMs: suspectAfterMs(config.heartbeat_interval_ms),
  };
  const queue = await openQueue({ database, log, policy });
  closers.unshift(() => queue.close());
  const builtInFolder = path.join(projectFolder, "public", "circuits");
  const registry = await openCircuitRegistry({ database, dataFolder, builtInFolder, log });
  closers.unshift(() => registry.close());
  const verifier = openVerifier({
    circuits: registry,
    inputBinding: config.input_binding,
    log,
    ...options.verifier,
  });
  closers.unshift(() => verifier.close());
  const stores = { dataFolder, database, queue, registry, verifier };
  const services = await openServices({ config, ...stores, log });
  closers.unshift(() => services.dispatch.drain());
  const shutdown = new AbortController();
  const rpc = openRpcHandler(services, shutdown.signal);
  const ports = await openPorts({ ...options, dataFolder, database, services, rpc });
  closers.unshift(() => ports.close());
  const nodes = (): number => services.dispatch.sessions.counts().active;
  const practice = practises(config)
    ? [await startPractice({ queue, registry, database, nodes, log })]
    : [];
  const periodic = [...startTimers(queue, log), ...practice];
  return { database, queue, registry, verifier, services, periodic, ports, shutdown };
};

/** Starts everything; when one part cannot start, those before it are stopped again. */
export const startCoordinator = async (options: CoordinatorOptions): Promise<Coordinator> => {
  const closers: Closers = [];
  try {
    const parts = await openParts(options, closers);
    parts.verifier.warm();
    let stopping: Promise<void> | undefined;
    const { url, port, adminPort, caFile } = parts.ports;
    const stop = (): Promise<void> => (stopping ??= stopParts(parts, options.log));
    return { url, port, adminPort, caFile, stop };
  } catch (error) {
    for (const close of closers) await close();
    throw error;
  }
};
