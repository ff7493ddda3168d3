/** Hears notifications of the database on one channel, for as long as the process lives. */
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import type { Log } from "../log.ts";
import { connectionSettings } from "./pool.ts";
import type { Pool } from "./pool.ts";

export type ListenOptions = {
  readonly url: string;
  /** A plain SQL name. */
  readonly channel: string;
  readonly onMessage: (payload: string) => void;
  /** Listening has begun, also again after the connection broke: what was said in between was not heard. */
  readonly onListening: () => void;
  readonly log: Log;
};

const RETRY_MS = 500;

/**
 * A connection of its own that is made again whenever it breaks. (postgres.js's `listen` reconnects once: if the server
 * is not back by then, it is deaf for good.) Returns when it listens for the first time; call the result to stop.
 */
export const listen = async (options: ListenOptions): Promise<() => Promise<void>> => {
  const ending = new AbortController();
  let connection = await connect(options, reconnect);

  async function reconnect(): Promise<void> {
    while (!ending.signal.aborted) {
      try {
        connection = await connect(options, reconnect);
        return;
      } catch (error) {
        options.log.warn("not hearing wake-ups from the database; polling goes on", { error });
        await sleep(RETRY_MS, undefined, { signal: ending.signal }).catch(() => undefined);
      }
    }
  }

  return async () => {
    ending.abort();
    await connection.end({ timeout: 1 });
  };
};

const connect = async (
  { url, channel, onMessage, onListening }: ListenOptions,
  onLost: () => Promise<void>,
): Promise<Pool> => {
  let listening = false;
  // `onnotify` is what postgres.js's own `listen` is made of; its types leave it out.
  const settings = {
    ...connectionSettings({ size: 1, durability: "off" }),
    onnotify: (_channel: string, payload: string) => onMessage(payload),
    onclose: () => {
      if (listening) void onLost();
      listening = false;
    },
  };
  const connection: Pool = postgres(url, settings);
  try {
    await connection.unsafe(`listen ${channel}`);
    listening = true;
  } catch (error) {
    await connection.end({ timeout: 0 });
    throw error;
  }
  onListening();
  return connection;
};
