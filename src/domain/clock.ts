/** Time and chance, handed in to everything that waits or rolls dice. */
export type Clock = {
  /** Milliseconds of a clock that only goes forward; for durations and deadlines. */
  readonly now: () => number;
  /** Unix milliseconds; for display, logs and the heartbeat's timestamp, never for decisions. */
  readonly unixMs: () => number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** Uniform in [0, 1). */
export type Random = () => number;
