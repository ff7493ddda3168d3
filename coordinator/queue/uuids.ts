/** A list of attempt keys as an SQL array. It travels as jsonb, like every list: see db/pool.ts. */
import type { Executor, Fragment } from "../db/pool.ts";

export const uuids = (sql: Executor, keys: readonly string[]): Fragment =>
  sql`array(select jsonb_array_elements_text(${sql.json([...keys])})::uuid)`;
