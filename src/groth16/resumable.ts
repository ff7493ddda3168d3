/** Long computations that whoever runs them can leave between two steps, for others' messages or for good. */
import type { Pause } from "./pause.ts";

/** Each `yield` ends a step: of at most 0.1 s on a desktop, for a key of 2^20 points. */
export type Resumable<T> = Generator<undefined, T, undefined>;

/** All steps at once. */
export const finish = <T>(steps: Resumable<T>): T => {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
};

/** All steps, with a pause between them where one is due; when it throws, no further step is made. */
export const inTurns = async <T>(steps: Resumable<T>, pause: Pause): Promise<T> => {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await pause();
  }
};
