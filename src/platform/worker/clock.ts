import type { Clock } from "../../domain/clock.ts";

/** The browser's time. In a worker it runs on while the page is hidden. */
export const clock: Clock = {
  now: () => performance.now(),
  unixMs: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", end);
        resolve();
      }, ms);
      if (signal.aborted) end();
      else signal.addEventListener("abort", end, { once: true });
    }),
};
