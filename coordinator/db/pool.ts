/** Connection pools: how every connection of the coordinator to PostgreSQL is set up. */
import postgres from "postgres";
import type { Options, PostgresType } from "postgres";
import type { Pool } from "./sql.ts";
import { steadyPool } from "./steady-pool.ts";

export type { Executor, Fragment, Json, Pool } from "./sql.ts";

/** Longer than any statement of ours takes; a stuck one gives its connection back. */
const STATEMENT_TIMEOUT_MS = 30_000;
/** A transaction left open this long belongs to a process that is gone or stuck. */
const IDLE_TRANSACTION_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_S = 10;
/** Between tries to reconnect: 50 ms, doubled up to half a second, since a restarted server is back within that. */
const reconnectDelay = (attempt: number): number => Math.min(0.05 * 2 ** attempt, 0.5);

export type PoolOptions = {
  /** Connections at most. */
  readonly size: number;
  /**
   * "on": committed is on disk when the statement returns. "off": up to 0.6 s of commits may be forgotten in a crash of
   * the server, never half of one; right for leases, which expire anyway.
   */
  readonly durability: "on" | "off";
  readonly statementTimeoutMs?: number;
};

/** Settings that all our connections share. */
export const connectionSettings = (
  options: PoolOptions,
): Options<{ bigint: PostgresType<bigint> }> => ({
  max: options.size,
  connect_timeout: CONNECT_TIMEOUT_S,
  backoff: reconnectDelay,
  // Connections are kept: scram costs milliseconds, and the lock connection must not be recycled.
  max_lifetime: null,
  // Its look-up of array types ends the process when the connection breaks meanwhile (a rejection that nobody can
  // catch, postgres.js 3.4.9). Without it SQL arrays are not understood: lists travel as jsonb, both ways.
  fetch_types: false,
  // Notices ("relation exists, skipping") are for psql.
  onnotice: () => undefined,
  types: { bigint: postgres.BigInt },
  connection: {
    application_name: "prove-at-home",
    synchronous_commit: options.durability,
    statement_timeout: options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT_MS,
    TimeZone: "UTC",
    // Which plan is best never depends on our parameters; planning anew each time costs more than most statements.
    plan_cache_mode: "force_generic_plan",
    // A plan is kept as long as its connection: made for an empty table, it must hold for a full one.
    enable_seqscan: "off",
    // Generic plans are costed for any parameters, so the lease statement looks worth compiling, each time: 1.8 s instead
    // of 2 ms, measured on PostgreSQL 15. Our own server has it off; an operator's usually has it on.
    jit: "off",
  },
});

/** A pool on `url`; connects with its first statement. */
export const openPool = (url: string, options: PoolOptions): Pool =>
  steadyPool((onLost) => postgres(url, { ...connectionSettings(options), onclose: onLost }));
