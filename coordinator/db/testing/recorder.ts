/** Records the statements that run on a database, with their parameters, so that a test can EXPLAIN or alter them. */
import postgres from "postgres";
import type { Database } from "../open.ts";
import { connectionSettings } from "../pool.ts";
import type { Pool } from "../pool.ts";

export type Statement = { readonly text: string; readonly parameters: readonly unknown[] };

export type Recorder = {
  /** The same database through recording connections. */
  readonly database: Database;
  /** All since the last call. */
  readonly take: () => readonly Statement[];
  /** The plan of a recorded statement, run for real (and rolled back) with `analyze`. */
  readonly explain: (statement: Statement, analyze: boolean) => Promise<string>;
  readonly close: () => Promise<void>;
};

export const record = (database: Database): Recorder => {
  let statements: Statement[] = [];
  const sql: Pool = postgres(database.url, {
    ...connectionSettings({ size: 4, durability: "on" }),
    debug: (_connection, text, parameters) => {
      statements.push({ text, parameters });
    },
  });
  const take = (): readonly Statement[] => {
    const taken = statements;
    statements = [];
    return taken;
  };
  const explain = async (statement: Statement, analyze: boolean): Promise<string> => {
    const lines: string[] = [];
    await database.sql
      .begin(async (transaction) => {
        const rows = await transaction.unsafe<{ "QUERY PLAN": string }[]>(
          `explain (${analyze ? "analyze, buffers" : "costs"}) ${withLiterals(statement)}`,
        );
        lines.push(...rows.map((row) => row["QUERY PLAN"]));
        throw new RollBack();
      })
      .catch((error: unknown) => {
        if (!(error instanceof RollBack)) throw error;
      });
    return lines.join("\n");
  };
  return {
    database: { ...database, sql, quickSql: sql },
    take,
    explain,
    close: () => sql.end(),
  };
};

/** The statement with its parameters written into it. */
const withLiterals = ({ text, parameters }: Statement): string =>
  text.replaceAll(/\$(\d+)/gu, (_, place: string) => literal(parameters[Number(place) - 1]));

const literal = (value: unknown): string => {
  if (value === null || value === undefined) return "null";
  if (typeof value === "object" && "value" in value) return literal(value.value);
  if (Array.isArray(value)) return literal(`{${value.join(",")}}`);
  if (value instanceof Uint8Array) return literal(`\\x${Buffer.from(value).toString("hex")}`);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return `'${text.replaceAll("'", "''")}'`;
};

class RollBack extends Error {}
