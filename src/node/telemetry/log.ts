/** The node's log: JSON lines with the original worker's keys, kept in a ring on this device. */
import type { Clock } from "../../domain/clock.ts";
import type { Log, LogFields } from "../../domain/log.ts";
import type { Ring } from "./ring.ts";

export const levels = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof levels)[number];

/** What is the same for all places of one log. */
export class LogBook {
  readonly #ring: Ring;
  readonly #clock: Clock;
  #level: Level = "info";
  #secrets: readonly string[] = [];

  constructor(ring: Ring, clock: Clock) {
    this.#ring = ring;
    this.#clock = clock;
  }

  /** Lines below it are not written. */
  set level(level: Level) {
    this.#level = level;
  }

  /** This text never appears in a line, however it came there: a token, a key. */
  hide(secret: string): void {
    if (secret !== "") this.#secrets = [...this.#secrets, secret];
  }

  /** The log at a place. The build writes `.at("file.ts:line")` in front of each call; "unbuilt" is seen only in tests. */
  at(caller = "unbuilt"): Log {
    const write =
      (level: Level) =>
      (msg: string, fields: LogFields = {}): void => {
        if (levels.indexOf(level) < levels.indexOf(this.#level)) return;
        const timestamp = new Date(this.#clock.unixMs()).toISOString();
        const line = JSON.stringify({ level, timestamp, caller, msg, ...fields });
        this.#ring.add(this.#without(line), level === "warn" || level === "error");
      };
    return {
      debug: write("debug"),
      info: write("info"),
      warn: write("warn"),
      error: write("error"),
      at: (place) => this.at(place),
    };
  }

  #without(line: string): string {
    return this.#secrets.reduce((text, secret) => text.replaceAll(secret, "[hidden]"), line);
  }
}
