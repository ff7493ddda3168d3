/** The last lines of the log: buffered for a moment, then on this device; in memory and on the console when that fails. */
import type { Clock } from "../../domain/clock.ts";
import { NodeFailure } from "../../domain/failure.ts";

export type RingNeeds = {
  readonly store: RingStore;
  readonly clock: Clock;
  /** Where lines go that cannot be stored. */
  readonly print: (line: string) => void;
  /** Told once, when storing fails. */
  readonly failed: (failure: NodeFailure) => void;
};

export type RingStore = {
  /** Appends and lets go of the oldest beyond `keep`. */
  readonly append: (lines: readonly string[], keep: number) => Promise<void>;
  /** Oldest first. */
  readonly all: () => Promise<readonly string[]>;
};

export const RING_LINES = 5_000;
/** A line is at most this late on disk; one transaction per line would cost more than proving's overhead allows. */
const BUFFER_MS = 1_000;

export class Ring {
  readonly #needs: RingNeeds;
  /** Not stored yet; after a failure the whole ring. */
  #buffer: readonly string[] = [];
  #flushing: Promise<void> = Promise.resolve();
  #scheduled = false;
  #broken = false;

  constructor(needs: RingNeeds) {
    this.#needs = needs;
  }

  /** `urgent` lines are stored at once. */
  add(line: string, urgent: boolean): void {
    this.#buffer = [...this.#buffer, line].slice(-RING_LINES);
    if (this.#broken) this.#needs.print(line);
    else if (urgent) void this.flush();
    else this.#schedule();
  }

  /** Resolves when all lines so far are stored, or printed because they cannot be. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#store());
    return this.#flushing;
  }

  /** All lines as NDJSON in UTF-8, oldest first. */
  async read(): Promise<Uint8Array> {
    await this.flush();
    const stored = this.#broken ? [] : await this.#needs.store.all();
    const lines = [...stored, ...this.#buffer].slice(-RING_LINES);
    return new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const never = new AbortController().signal;
    void this.#needs.clock.sleep(BUFFER_MS, never).then(() => {
      this.#scheduled = false;
      return this.flush();
    });
  }

  async #store(): Promise<void> {
    const lines = this.#buffer;
    if (lines.length === 0 || this.#broken) return;
    this.#buffer = [];
    try {
      await this.#needs.store.append(lines, RING_LINES);
    } catch (reason) {
      this.#broken = true;
      this.#buffer = [...lines, ...this.#buffer];
      for (const line of this.#buffer) this.#needs.print(line);
      this.#needs.failed(NodeFailure.from(reason, "platform"));
    }
  }
}
