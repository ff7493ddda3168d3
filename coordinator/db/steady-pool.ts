/**
 * A pool that survives the death of its server. postgres.js 3.4.9 does not quite:
 *
 * - A connection that breaks with a write pending keeps the dead timer of that write and never sends again; it times out
 *   at every reconnect, for good. So a client that has lost a connection is replaced as a whole.
 * - When a transaction fails because its connection is gone, it sends "rollback" on it all the same, which throws outside
 *   of any promise and would end the process. So such a failure is kept from it; it learns of the loss by itself.
 */
import type { Pool } from "./sql.ts";

/** Makes a client that calls `onLost` whenever one of its connections closes. */
export type Connect = (onLost: () => void) => Pool;

/** A server that is down costs one new client in this time, not one per statement. */
const REPLACE_INTERVAL_MS = 100;
/** What runs on a client that is replaced may finish. */
const REPLACED_TIMEOUT_S = 5;

type Begin = Pool["begin"];

export const steadyPool = (connect: Connect): Pool => {
  let lost = false;
  let ended = false;
  let madeAtMs = Number.NEGATIVE_INFINITY;
  let retiring: Promise<unknown> = Promise.resolve();
  const make = (): Pool => {
    lost = false;
    madeAtMs = performance.now();
    return connect(() => {
      lost = true;
    });
  };
  let client = make();

  const current = (): Pool => {
    const due = lost && !ended && performance.now() - madeAtMs >= REPLACE_INTERVAL_MS;
    if (due) {
      const old = client;
      client = make();
      // Its failures have been told to those who asked; there is nobody else to tell.
      retiring = Promise.allSettled([retiring, old.end({ timeout: REPLACED_TIMEOUT_S })]);
    }
    return client;
  };

  const end: Pool["end"] = async (options) => {
    ended = true;
    await Promise.all([client.end(options), retiring]);
  };
  const begin = ((...given: Parameters<Begin>) => guardedBegin(current(), given)) as Begin;

  return new Proxy(client, {
    apply: (_target, _self, parameters: unknown[]) =>
      Reflect.apply(current(), undefined, parameters) as unknown,
    get: (_target, name) => {
      if (name === "end") return end;
      if (name === "begin") return begin;
      return Reflect.get(current(), name) as unknown;
    },
  });
};

/** `given` is (options, body) or (body). */
const guardedBegin = (client: Pool, given: readonly unknown[]): Promise<unknown> => {
  const body = given.at(-1) as (transaction: unknown) => unknown;
  const guarded = async (transaction: unknown): Promise<unknown> => {
    try {
      return await body(transaction);
    } catch (error) {
      if (!isConnectionLoss(error)) throw error;
      // Never settles: `begin` rejects when it sees its connection close, and sends no rollback.
      return new Promise(() => undefined);
    }
  };
  const parameters = [...given.slice(0, -1), guarded] as Parameters<Begin>;
  return client.begin(...parameters);
};

const lossCodes: ReadonlySet<unknown> = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
  "ECONNRESET",
  "EPIPE",
]);

/** Whether an error says that the connection is gone, or that the server ends it now (severity FATAL or PANIC). */
export const isConnectionLoss = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if ("code" in error && lossCodes.has(error.code)) return true;
  const severity = "severity_local" in error ? error.severity_local : undefined;
  return severity === "FATAL" || severity === "PANIC";
};
