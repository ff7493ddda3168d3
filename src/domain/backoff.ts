import type { Random } from "./clock.ts";

/** How long to wait before the next try, as a value: it has no timer, and `next` gives a new one. */
export type Backoff = {
  /** The wait before the next try, before jitter. */
  readonly delayMs: number;
  readonly next: () => Backoff;
};

/** Doubles from `firstMs` up to `maxMs`. */
export const exponential = (firstMs: number, maxMs: number): Backoff => ({
  delayMs: Math.min(firstMs, maxMs),
  next: () => exponential(firstMs * 2, maxMs),
});

/**
 * Uniform in [0, delay): of a thousand nodes that lost the same coordinator, hardly two come back together.
 * (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.)
 */
export const fullJitter = (delayMs: number, random: Random): number =>
  Math.floor(delayMs * random());

/** Within a fifth of the delay: for schedules whose numbers are promised, such as 1, 2, 4, 8, 16 s. */
export const nearlyExact = (delayMs: number, random: Random): number =>
  Math.round(delayMs * (0.8 + 0.4 * random()));
