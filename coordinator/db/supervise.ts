/** Holds the data folder for this process and keeps its server running. */
import { setTimeout as sleep } from "node:timers/promises";
import { CoordinatorFailure } from "../failure.ts";
import type { Installation } from "./installation.ts";
import { urlOf } from "./installation.ts";
import type { Pool } from "./pool.ts";
import { connectionSettings } from "./pool.ts";
import { ensureRunning } from "./postmaster.ts";
import postgres from "postgres";

/** The key of the advisory lock: any fixed number. */
const LOCK_KEY = 7_306_086_968_417_021n;
/** The server notices a killed holder within milliseconds; a live one keeps it. */
const LOCK_TRIES = 20;
const LOCK_RETRY_MS = 50;
const RESTART_RETRY_MS = 500;

export type FolderHold = { readonly release: () => Promise<void> };

/**
 * Takes the folder's lock on the server at `port` and starts the server again whenever it dies, until released.
 * Errors: precondition, with the process that holds the folder.
 */
export const holdFolder = async (installation: Installation, port: number): Promise<FolderHold> => {
  const ending = new AbortController();
  let connection: Pool;
  let recovery: Promise<void> = Promise.resolve();

  const recover = async (): Promise<void> => {
    installation.log.warn("the database server is gone; starting it again", { port });
    while (!ending.signal.aborted) {
      try {
        await ensureRunning(installation, port);
        connection = await takeLock(installation, port, onLost);
        installation.log.info("the database server answers again", { port });
        return;
      } catch (error) {
        installation.log.error("the database server could not be started", { error });
        await sleep(RESTART_RETRY_MS, undefined, { signal: ending.signal }).catch(() => undefined);
      }
    }
  };
  const onLost = (): void => {
    if (!ending.signal.aborted) recovery = recover();
  };

  connection = await takeLock(installation, port, onLost);
  const release = async (): Promise<void> => {
    ending.abort();
    await recovery;
    await connection.end({ timeout: 1 });
  };
  return { release };
};

/** A connection that holds the lock; `onLost` is called once when it breaks after that. */
const takeLock = async (
  installation: Installation,
  port: number,
  onLost: () => void,
): Promise<Pool> => {
  let held = false;
  const settings = connectionSettings({ size: 1, durability: "on" });
  const connection: Pool = postgres(urlOf(installation, port), {
    ...settings,
    connection: { ...settings.connection, application_name: `prove-at-home ${process.pid}` },
    onclose: () => {
      if (held) onLost();
      held = false;
    },
  });
  try {
    held = await tryLock(connection);
    if (held) return connection;
    throw await folderInUse(installation, connection);
  } catch (error) {
    await connection.end({ timeout: 0 });
    throw error;
  }
};

const tryLock = async (connection: Pool): Promise<boolean> => {
  for (let attempt = 1; attempt <= LOCK_TRIES; attempt++) {
    const rows = await connection<
      { locked: boolean }[]
    >`select pg_try_advisory_lock(${LOCK_KEY}) as locked`;
    if (rows[0]?.locked === true) return true;
    await sleep(LOCK_RETRY_MS);
  }
  return false;
};

const folderInUse = async (
  { folder }: Installation,
  connection: Pool,
): Promise<CoordinatorFailure> => {
  const rows = await connection<{ holder: string }[]>`
    select application_name as holder
    from pg_locks join pg_stat_activity using (pid)
    where locktype = 'advisory' and granted
      and ((classid::bigint << 32) | objid::bigint) = ${LOCK_KEY}`;
  const holder = rows[0]?.holder.replace("prove-at-home ", "") ?? "unknown";
  return new CoordinatorFailure({
    kind: "precondition",
    reason: "DATA_FOLDER_IN_USE",
    field: "DATA_DIR",
    problem: `another coordinator (process ${holder}) uses ${folder}`,
    remedy:
      "stop that one, give this one another DATA_DIR, or let both use one PostgreSQL by DATABASE_URL",
  });
};
