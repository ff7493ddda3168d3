/** A clock that stands still until it is told to go on; promises that are due settle in order. */
import type { Clock } from "../domain/clock.ts";

type Sleeper = { readonly atMs: number; readonly wake: () => void };

export class FakeClock implements Clock {
  #nowMs = 0;
  #sleepers = new Set<Sleeper>();

  readonly now = (): number => this.#nowMs;
  /** 2026-01-01T00:00:00Z and on. */
  readonly unixMs = (): number => 1_767_225_600_000 + this.#nowMs;

  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(asError(signal.reason));
        return;
      }
      const sleeper = {
        atMs: this.#nowMs + ms,
        wake: (): void => {
          this.#sleepers.delete(sleeper);
          signal.removeEventListener("abort", stop);
          resolve();
        },
      };
      const stop = (): void => {
        this.#sleepers.delete(sleeper);
        reject(asError(signal.reason));
      };
      signal.addEventListener("abort", stop, { once: true });
      this.#sleepers.add(sleeper);
    });

  /** Tab or device sleeps for `ms`: nothing happens meanwhile, and what was due is late. */
  jump(ms: number): void {
    this.#nowMs += ms;
  }

  /** Lets `ms` pass: wakes each sleeper at its time, and lets everything that follows from it happen before the next. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settle();
    for (;;) {
      const due = [...this.#sleepers]
        .filter(({ atMs }) => atMs <= untilMs)
        .sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.wake();
      await settle();
    }
    this.#nowMs = untilMs;
  }
}

/**
 * Lets everything happen that waits for nothing but its turn. A call over the in-memory transport takes some turns of the
 * event loop, so several are given.
 */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 12; turn += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
};

const asError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new Error(String(reason));
