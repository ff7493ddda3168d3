/**
 * A database for one test file (of the integration project, whose global setup starts the server):
 *
 *     const database = await openTestDatabase();   // in beforeAll: empty, migrated, on the run's own PostgreSQL
 *     afterAll(() => database.close());            // drops it
 *
 * `database.url` serves as DATABASE_URL for a coordinator that a test starts as a process.
 */
import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import type { Database } from "../open.ts";
import { openDatabase } from "../open.ts";
import { openPool } from "../pool.ts";
import { silentLog } from "./silent-log.ts";
import type {} from "./cluster.ts";

export const openTestDatabase = async (): Promise<Database> => {
  const server = inject("databaseServer");
  const name = `test_${randomBytes(6).toString("hex")}`;
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const database = await openDatabase({ url: url.href, folder: "", log: silentLog });
  const close = async (): Promise<void> => {
    await database.close();
    await onServer(server, `drop database ${name} with (force)`);
  };
  return { ...database, close };
};

/** Runs one statement of the server's own, such as `create database`. */
const onServer = async (url: string, statement: string): Promise<void> => {
  const sql = openPool(url, { size: 1, durability: "on" });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
};
