/** Waits for the thread's messages when it has computed for a while; undefined when it has not. */
export type Pause = () => Promise<void> | undefined;

/** A turn takes some 0.05 ms; a browser ends a worker between two of them, or two seconds later by force. */
const COMPUTE_MS = 30;

export const createPause = (now: () => number, turn: () => Promise<void>): Pause => {
  let turnedAt = now();
  return () => {
    if (now() - turnedAt < COMPUTE_MS) return undefined;
    return turn().then(() => {
      turnedAt = now();
    });
  };
};
