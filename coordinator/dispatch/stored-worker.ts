/** A registration as the database keeps it: what a restarted coordinator still knows of a worker. */
import type { Database } from "../db/open.ts";
import type { WorkerId } from "../../src/domain/ids.ts";

export type StoredWorker = {
  readonly tokenHash: Uint8Array | undefined;
  readonly capabilities: Readonly<Record<string, string>>;
  readonly maxConcurrentTasks: number;
  readonly buildVersion: string;
};

type Row = {
  readonly token_hash: Uint8Array | null;
  readonly capabilities: Readonly<Record<string, string>>;
  readonly max_concurrent_tasks: number;
  readonly build_version: string;
};

/** undefined = nobody has ever registered under this id. */
export const storedWorker = async (
  { sql }: Pick<Database, "sql">,
  workerId: WorkerId,
): Promise<StoredWorker | undefined> => {
  const [row] = await sql<Row[]>`
    select token_hash, capabilities, max_concurrent_tasks, build_version
    from workers where id = ${workerId}`;
  if (row === undefined) return undefined;
  return {
    tokenHash: row.token_hash ?? undefined,
    capabilities: row.capabilities,
    maxConcurrentTasks: row.max_concurrent_tasks,
    buildVersion: row.build_version,
  };
};
