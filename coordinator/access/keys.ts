/** Who may call the owner's and the administrator's RPCs. Revocation works at once, on every replica. */
import { timingSafeEqual } from "node:crypto";
import type { Database } from "../db/open.ts";
import { findAccess, hashKey, storeAccessKey } from "../queue/keys.ts";
import type { Access, AccessKind } from "../queue/keys.ts";

export type AccessKeys = {
  /** Whose key this is; undefined = nobody's, or revoked. */
  readonly find: (key: string) => Promise<Access | undefined>;
  /** Makes a key known, e.g. that of a key file. Never brings back a revoked one. */
  readonly admit: (key: string, kind: AccessKind) => Promise<void>;
};

/** The owner behind the keys in the data folder. */
const LOCAL_OWNER = "local";

const looksLikeKey = /^pah_(owner|admin)_[A-Za-z0-9_-]{43}$/u;

/** Equality in constant time. */
export const sameHash = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && timingSafeEqual(left, right);

/**
 * Keys are looked up by their SHA-256, so how long a look-up takes says nothing of the key: whoever guesses cannot choose
 * the hash.
 */
export const openAccessKeys = ({ sql }: Pick<Database, "sql">): AccessKeys => ({
  // Guesses of another form cost no statement.
  find: async (key) => (looksLikeKey.test(key) ? findAccess(sql, hashKey(key)) : undefined),
  admit: (key, kind) => storeAccessKey(sql, hashKey(key), { kind, owner: LOCAL_OWNER }),
});
