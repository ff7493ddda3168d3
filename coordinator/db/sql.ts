/** The types of what statements run on and are made of. */
import type { Fragment as PostgresFragment, ISql, JSONValue, Sql } from "postgres";

/** A pool; int8 arrives as bigint. */
export type Pool = Sql<{ bigint: bigint }>;
/** A pool or a transaction: what a statement is run on. */
export type Executor = ISql<{ bigint: bigint }>;
/** A piece of a statement. */
export type Fragment = PostgresFragment;
/** What a jsonb parameter can carry. */
export type Json = JSONValue;
