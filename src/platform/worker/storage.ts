/** What a node keeps on its device, in one IndexedDB database; circuits are the artifact worker's. */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { NodeFailure } from "../../domain/failure.ts";
import type { AttemptId } from "../../domain/ids.ts";
import type { ReceiptRow } from "../../domain/event.ts";
import type { AttemptRef, Proof, Receipt, Report } from "../../domain/task.ts";

type Kept = {
  readonly row: ReceiptRow;
  readonly attempt: AttemptRef;
  readonly receipt: Receipt;
  readonly proof: Proof;
};

type Schema = DBSchema & {
  /** Small values by name. */
  values: { key: string; value: { readonly value: unknown } };
  /** Log lines, by a number that counts up. */
  log: { key: number; value: string };
  /** Reports without a verdict, by whose they are and by attempt. */
  outbox: { key: [scope: string, attempt: string]; value: Report };
  /** By a number that counts up; found by attempt. */
  receipts: { key: number; value: Kept; indexes: { attempt: string } };
};

const RECEIPTS_KEPT = 500;

/** Opens the database when it is first used. Every call rejects with a NodeFailure "platform" when storage fails. */
export const openStorage = (name: string) => {
  let opened: Promise<IDBPDatabase<Schema>> | undefined;
  const forget = (): void => {
    opened = undefined;
  };
  const database = (): Promise<IDBPDatabase<Schema>> => {
    if (opened !== undefined) return opened;
    opened = open(name, forget);
    // What cannot be opened now may be in a moment: the next use tries again.
    opened.catch(forget);
    return opened;
  };
  const use = async <T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> => {
    try {
      return await work(await database());
    } catch (reason) {
      throw NodeFailure.from(reason, "platform");
    }
  };
  return {
    values: {
      get: (key: string): Promise<unknown> =>
        use(async (database) => (await database.get("values", key))?.value),
      set: (key: string, value: unknown): Promise<void> =>
        use(async (database) => {
          await database.put("values", { value }, key);
        }),
    },
    ring: {
      append: (lines: readonly string[], keep: number): Promise<void> =>
        use((database) => appendLines(database, lines, keep)),
      all: (): Promise<readonly string[]> => use((database) => database.getAll("log")),
    },
    outbox: (scope: string) => ({
      put: (report: Report): Promise<void> => use((database) => putReport(database, scope, report)),
      all: (): Promise<readonly Report[]> =>
        use((database) => database.getAll("outbox", IDBKeyRange.bound([scope], [scope, []]))),
      settle: (attempt: AttemptId, kept: Kept | undefined): Promise<void> =>
        use((database) => settle(database, [scope, attempt], kept)),
    }),
    /** Scopes that have reports waiting. */
    outboxScopes: (): Promise<readonly string[]> =>
      use(async (database) => {
        const keys = await database.getAllKeys("outbox");
        return [...new Set(keys.map(([scope]) => scope))];
      }),
    receipt: (attemptId: string): Promise<Kept | undefined> =>
      use((database) => database.getFromIndex("receipts", "attempt", attemptId)),
    /** Newest first. */
    receipts: (): Promise<readonly Kept[]> =>
      use(async (database) => (await database.getAll("receipts")).reverse()),
  };
};

const open = (name: string, closed: () => void): Promise<IDBPDatabase<Schema>> =>
  openDB<Schema>(name, 1, {
    upgrade: (database) => {
      database.createObjectStore("values");
      database.createObjectStore("log", { autoIncrement: true });
      database.createObjectStore("outbox");
      const receipts = database.createObjectStore("receipts", { autoIncrement: true });
      receipts.createIndex("attempt", "row.attemptId", { unique: true });
    },
    // A newer version of the page wants to change the database; the next use opens it again.
    blocking: (_current, _blocked, event) => {
      if (event.target instanceof IDBDatabase) event.target.close();
      closed();
    },
    terminated: closed,
  });

const appendLines = async (
  database: IDBPDatabase<Schema>,
  lines: readonly string[],
  keep: number,
): Promise<void> => {
  const transaction = database.transaction("log", "readwrite");
  let last = 0;
  for (const line of lines) last = await transaction.store.add(line);
  if (last > keep) await transaction.store.delete(IDBKeyRange.upperBound(last - keep));
  await transaction.done;
};

/** Strict: on disk when it resolves, not only handed to the operating system. */
const putReport = async (
  database: IDBPDatabase<Schema>,
  scope: string,
  report: Report,
): Promise<void> => {
  const transaction = database.transaction("outbox", "readwrite", { durability: "strict" });
  await transaction.store.put(report, [scope, report.assignment.attemptId]);
  await transaction.done;
};

const settle = async (
  database: IDBPDatabase<Schema>,
  key: [string, string],
  kept: Kept | undefined,
): Promise<void> => {
  const transaction = database.transaction(["outbox", "receipts"], "readwrite");
  await transaction.objectStore("outbox").delete(key);
  if (kept !== undefined) {
    const receipts = transaction.objectStore("receipts");
    const known = await receipts.index("attempt").getKey(kept.row.attemptId);
    if (known === undefined) {
      const last = await receipts.add(kept);
      await receipts.delete(IDBKeyRange.upperBound(last - RECEIPTS_KEPT));
    }
  }
  await transaction.done;
};
