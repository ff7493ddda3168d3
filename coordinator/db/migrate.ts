/**
 * Brings a database to this release's schema. One process at a time (advisory lock), all missing migrations in one
 * transaction: a process that is killed half-way leaves nothing behind and the next one begins again.
 */
import { Kysely, Migrator } from "kysely";
import type { Migration } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import type { Sql } from "postgres";
import { CoordinatorFailure } from "../failure.ts";
import { firstLight } from "./migrations/0001_first_light.ts";

/** Every migration by its name, in order; a name is never changed once it has been released. */
const migrations: Readonly<Record<string, Migration>> = { "0001_first_light": firstLight };

/**
 * Runs what is missing and returns the names of what ran.
 * Errors: precondition when the database is newer than this release, internal when a statement fails.
 */
export const migrate = async <Types extends Record<string, unknown>>(
  sql: Sql<Types>,
): Promise<readonly string[]> => {
  const database = new Kysely<unknown>({ dialect: new PostgresJSDialect({ postgres: sql }) });
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  });
  // The database is not destroyed here: that would end the pool, which belongs to the caller.
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) throw migrationFailure(error);
  return (results ?? []).map((result) => result.migrationName);
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
