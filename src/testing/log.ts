import type { Log } from "../domain/log.ts";

/** A log that says nothing. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  at: () => silentLog,
};
