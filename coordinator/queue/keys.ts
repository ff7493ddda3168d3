/** Keys that the coordinator keeps: hashes of those that callers show, and secrets that all replicas share. */
import { createHash, randomBytes } from "node:crypto";
import type { Executor } from "../db/pool.ts";

export type AccessKind = "owner" | "admin";
export type Access = { readonly kind: AccessKind; readonly owner: string };

/** SHA-256 of an access key or worker token; they have 256 random bits, so nothing slower is needed. */
export const hashKey = (key: string): Uint8Array => createHash("sha256").update(key).digest();

/** Lets a key in. A key that is known already stays as it is, also revoked. */
export const storeAccessKey = async (
  sql: Executor,
  hash: Uint8Array,
  { kind, owner }: Access,
): Promise<void> => {
  await sql`insert into owners (id) values (${owner}) on conflict (id) do nothing`;
  await sql`
    insert into access_keys (hash, kind, owner_id) values (${hash}, ${kind}, ${owner})
    on conflict (hash) do nothing`;
};

/** Whose key this is; undefined = nobody's, or revoked. */
export const findAccess = async (sql: Executor, hash: Uint8Array): Promise<Access | undefined> => {
  const rows = await sql<Access[]>`
    select kind, owner_id as owner from access_keys where hash = ${hash} and revoked_at is null`;
  return rows[0];
};

/** A secret by its name; `make` gives its value at the first call. Of replicas that start together, one makes it. */
export const secret = async (
  sql: Executor,
  name: string,
  make: () => Uint8Array,
): Promise<Uint8Array> => {
  const [newest] = await generations(sql, name, 1);
  if (newest !== undefined) return newest;
  await sql`
    insert into secrets (name, generation, value) values (${name}, 1, ${make()})
    on conflict (name, generation) do nothing`;
  const [made] = await generations(sql, name, 1);
  return made ?? make();
};

const generations = async (
  sql: Executor,
  name: string,
  count: number,
): Promise<readonly Uint8Array[]> => {
  const rows = await sql<{ value: Uint8Array }[]>`
    select value from secrets where name = ${name} order by generation desc limit ${count}`;
  return rows.map((row) => row.value);
};

const TICKET_KEY = "ticket-key";
const TICKET_KEY_BYTES = 32;

/** HMAC keys of tickets: the first signs, both are good. */
export type TicketKeys = {
  readonly current: Uint8Array;
  readonly previous: Uint8Array | undefined;
};

export const ticketKeys = async (sql: Executor): Promise<TicketKeys> => {
  await secret(sql, TICKET_KEY, newTicketKey);
  const [current, previous] = await generations(sql, TICKET_KEY, 2);
  return { current: current ?? newTicketKey(), previous };
};

const newTicketKey = (): Uint8Array => randomBytes(TICKET_KEY_BYTES);

/** The Ed25519 seed (32 bytes) that signs receipts. */
export const receiptKey = (sql: Executor): Promise<Uint8Array> =>
  secret(sql, "receipt-key", () => randomBytes(32));
