import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { migrate } from "./migrate.ts";
import type { Database } from "./open.ts";
import { openTestDatabase } from "./testing/database.ts";

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.sql`drop schema public cascade`;
  await database.sql`create schema public`;
});

const all = ["0001_first_light", "0002_second_chances"];

const tables = async (): Promise<readonly string[]> => {
  const rows = await database.sql<{ name: string }[]>`
    select table_name as name from information_schema.tables where table_schema = 'public' order by 1`;
  return rows.map((row) => row.name);
};

describe("migrations", () => {
  it("run once, also when two processes start together", async () => {
    const results = await Promise.all([migrate(database.url), migrate(database.url)]);
    expect(results.flat()).toEqual(all);
    expect(await migrate(database.url)).toEqual([]);
    expect(await tables()).toContain("finished_tasks");
  });

  it("that are cut off half-way leave nothing behind, and run again", async () => {
    const { sql, quickSql } = database;
    // A trigger holds the migration up where most of its tables are made but nothing is committed.
    await sql`create schema holding`;
    await sql`
      create function holding.wait() returns event_trigger language plpgsql as $$
      begin if to_regclass('public.verdicts') is not null then perform pg_sleep(60); end if; end $$`;
    await sql`create event trigger holding on ddl_command_end execute function holding.wait()`;
    const cut = migrate(database.url).catch((error: unknown) => error);
    const kill = async (): Promise<number> => {
      const rows = await quickSql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event = 'PgSleep'`;
      return rows.length;
    };
    await expect.poll(kill, { timeout: 20_000 }).toBe(1);
    expect(await cut).toMatchObject({ reason: "MIGRATION_FAILED" });
    await sql`drop event trigger holding`;
    expect((await tables()).filter((name) => !name.startsWith("kysely"))).toEqual([]);
    expect(await migrate(database.url)).toEqual(all);
  });

  it("refuse a database of a later release", async () => {
    await migrate(database.url);
    await database.sql`insert into kysely_migration (name, timestamp) values ('9999_from_the_future', 'x')`;
    await expect(migrate(database.url)).rejects.toMatchObject({
      reason: "DATABASE_NEWER",
      kind: "precondition",
    });
  });
});
