import type { Log } from "../../log.ts";

const nothing = (): void => undefined;

/** A log for tests that look at outcomes, not lines. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
