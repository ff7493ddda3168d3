import { anySignal } from "./any-signal.ts";
import type { Clock } from "./clock.ts";
import { NodeFailure } from "./failure.ts";

/** A wait that can be cut short: by its signal, which throws, or by `wake`, which does not. */
export class Pause {
  readonly #clock: Clock;
  #wake = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns after `ms` or when woken. @throws the signal's reason when it is aborted. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const wake = new AbortController();
    this.#wake = wake;
    try {
      await this.#clock.sleep(ms, anySignal([signal, wake.signal]));
    } catch (reason) {
      if (signal.aborted) throw reason;
    } finally {
      wake.abort();
    }
  }

  wake(): void {
    this.#wake.abort();
  }
}

export type Limit = {
  readonly clock: Clock;
  readonly ms: number;
  readonly signal: AbortSignal;
  /** What is waited for, as the failure names it. */
  readonly what: string;
};

/**
 * Waits for `work`, which gets a signal that ends with the limit.
 *
 * @throws NodeFailure "unreachable" when the time is over; the signal's reason when it is aborted.
 */
export const within = async <T>(
  limit: Limit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  limit.signal.throwIfAborted();
  const over = new AbortController();
  const signal = anySignal([limit.signal, over.signal]);
  const late = limit.clock.sleep(limit.ms, signal).then(() => {
    throw new NodeFailure("unreachable", `${limit.what}: no answer within ${limit.ms} ms`);
  });
  const done = work(signal);
  try {
    return await Promise.race([done, late]);
  } finally {
    over.abort();
    // Whichever lost the race ends by the abort; nobody waits for it any more.
    late.catch(() => undefined);
    done.catch(() => undefined);
  }
};
