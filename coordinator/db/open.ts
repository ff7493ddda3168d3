/** Opens the coordinator's database: the server at `url`, or the embedded one in `folder`; migrates it; makes the pools. */
import type { Log } from "../log.ts";
import { CoordinatorFailure } from "../failure.ts";
import { startEmbedded } from "./embedded.ts";
import { migrate } from "./migrate.ts";
import { openPool } from "./pool.ts";
import type { Pool } from "./pool.ts";

/**
 * What every part of the coordinator gets of the database.
 * `const rows = await database.sql<Row[]>`select …``; int8 columns arrive as bigint, transactions by `sql.begin`.
 * No SQL arrays as parameters or in rows: lists travel as jsonb (`sql.json([…])`, `to_jsonb(column)`).
 */
export type Database = {
  /** Durable: when a statement returns, it is on disk. Use this one unless you know why not. */
  readonly sql: Pool;
  /** For leases, heartbeats and hints: a crash of the server may forget the last 0.6 s. */
  readonly quickSql: Pool;
  /** Connection string, for connections of one's own (LISTEN). Holds a password: never log it. */
  readonly url: string;
  /** Waits for running statements (5 s at most), closes the pools and stops the embedded server if there is one. */
  readonly close: () => Promise<void>;
};

export type DatabaseOptions = {
  /** DATABASE_URL; undefined = the embedded server. */
  readonly url: string | undefined;
  /** Folder of the embedded cluster; made if missing. */
  readonly folder: string;
  readonly log: Log;
};

/** Enough to keep two cores of PostgreSQL busy; completions are batched, so a replica never waits for one. */
const DURABLE_CONNECTIONS = 8;
const QUICK_CONNECTIONS = 4;
const CLOSE_TIMEOUT_S = 5;

/**
 * Errors: CoordinatorFailure with reason DATA_FOLDER_UNREACHABLE, DATA_FOLDER_IN_USE, NO_EMBEDDED_POSTGRES,
 * POSTGRES_START_FAILED, DATABASE_UNREACHABLE, DATABASE_NEWER or MIGRATION_FAILED.
 */
export const openDatabase = async (options: DatabaseOptions): Promise<Database> => {
  const server = await serverFor(options);
  try {
    await migrateServer(server.url, options.log);
    return openPools(server);
  } catch (error) {
    await server.stop();
    throw error;
  }
};

type Server = { readonly url: string; readonly stop: () => Promise<void> };

const serverFor = async ({ url, folder, log }: DatabaseOptions): Promise<Server> => {
  if (url === undefined) return startEmbedded({ folder, log });
  await checkReachable(url);
  return { url, stop: () => Promise.resolve() };
};

const checkReachable = async (url: string): Promise<void> => {
  const sql = openPool(url, { size: 1, durability: "on" });
  try {
    await sql`select 1`;
  } catch (cause) {
    throw new CoordinatorFailure(
      {
        kind: "unavailable",
        reason: "DATABASE_UNREACHABLE",
        field: "DATABASE_URL",
        problem: `PostgreSQL did not answer: ${cause instanceof Error ? cause.message : String(cause)}`,
        remedy:
          "start the server and check host, port, user, password and database, or unset DATABASE_URL for the embedded one",
      },
      { cause },
    );
  } finally {
    await sql.end({ timeout: CLOSE_TIMEOUT_S });
  }
};

const migrateServer = async (url: string, log: Log): Promise<void> => {
  const migrations = await migrate(url);
  if (migrations.length > 0) log.info("database migrated", { migrations });
};

const openPools = ({ url, stop }: Server): Database => {
  const sql = openPool(url, { size: DURABLE_CONNECTIONS, durability: "on" });
  const quickSql = openPool(url, { size: QUICK_CONNECTIONS, durability: "off" });
  const close = async (): Promise<void> => {
    await Promise.all([sql, quickSql].map((pool) => pool.end({ timeout: CLOSE_TIMEOUT_S })));
    await stop();
  };
  return { sql, quickSql, url, close };
};
