/** A bell that whoever waits hears once: rings while nobody waits are kept as one. */
export type Latch = {
  readonly ring: () => void;
  /** Resolves true at a ring (also an earlier one), false after `timeoutMs`. */
  readonly wait: (timeoutMs: number) => Promise<boolean>;
};

export const openLatch = (): Latch => {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    wait: (timeoutMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => settle(false), timeoutMs);
        const settle = (heard: boolean): void => {
          clearTimeout(timer);
          wake = undefined;
          rung = false;
          resolve(heard);
        };
        wake = () => settle(true);
        if (rung) settle(true);
      }),
  };
};
