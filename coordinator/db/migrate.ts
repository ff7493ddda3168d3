/**
 * Brings a database to this release's schema. One process at a time (advisory lock), all missing migrations in one
 * transaction: a process that is killed half-way leaves nothing behind and the next one begins again.
 */
import { Kysely, Migrator } from "kysely";
import type { Migration } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import type { PostgresJSDialectConfig } from "kysely-postgres-js";
import { CoordinatorFailure } from "../failure.ts";
import { firstLight } from "./migrations/0001_first_light.ts";
import { secondChances } from "./migrations/0002_second_chances.ts";
import { openPool } from "./pool.ts";
import type { Pool } from "./pool.ts";
import { isConnectionLoss } from "./steady-pool.ts";

/** Every migration by its name, in order; a name is never changed once it has been released. */
const migrations: Readonly<Record<string, Migration>> = {
  "0001_first_light": firstLight,
  "0002_second_chances": secondChances,
};

/** A migration may rewrite a table. */
const STATEMENT_TIMEOUT_MS = 30 * 60_000;
const END_TIMEOUT_S = 5;

/**
 * Runs what is missing on the database at `url` and returns the names of what ran.
 * Errors: precondition when the database is newer than this release, internal when a statement fails.
 */
export const migrate = async (url: string): Promise<readonly string[]> => {
  const sql = openPool(url, {
    size: 1,
    durability: "on",
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  try {
    // Connects: postgres.js never answers `reserve` on a connection that has not been used.
    await sql`select 1`;
    const postgres = { reserve: () => reserveGuarded(sql), end: () => sql.end() };
    const { error, results } = await migratorOn(postgres).migrateToLatest();
    if (error !== undefined) throw migrationFailure(error);
    return (results ?? []).map((result) => result.migrationName);
  } finally {
    await sql.end({ timeout: END_TIMEOUT_S });
  }
};

const migratorOn = (
  postgres: Exclude<PostgresJSDialectConfig["postgres"], () => unknown>,
): Migrator =>
  new Migrator({
    db: new Kysely<unknown>({ dialect: new PostgresJSDialect({ postgres: () => postgres }) }),
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  });

/** A connection for kysely that says nothing more once it is lost: postgres.js would throw outside of any promise. */
const reserveGuarded = async (sql: Pool) => {
  const reserved = await sql.reserve();
  let loss: Error | undefined;
  const unsafe: typeof reserved.unsafe = ((...query: Parameters<typeof reserved.unsafe>) => {
    if (loss !== undefined) return Promise.reject(loss);
    const running = reserved.unsafe(...query);
    running.catch((error: unknown) => {
      if (error instanceof Error && isConnectionLoss(error)) loss = error;
    });
    return running;
  }) as typeof reserved.unsafe;
  const release = (): void => {
    if (loss === undefined) reserved.release();
  };
  return { unsafe, release };
};

const migrationFailure = (cause: unknown): CoordinatorFailure => {
  const message = cause instanceof Error ? cause.message : String(cause);
  const newer = message.includes("is missing");
  return new CoordinatorFailure(
    {
      kind: newer ? "precondition" : "internal",
      reason: newer ? "DATABASE_NEWER" : "MIGRATION_FAILED",
      problem: `the database could not be migrated: ${message}`,
      remedy: newer
        ? "run the release that migrated it, or a later one"
        : "nothing was changed; start again once the cause is gone",
    },
    { cause },
  );
};
