import type { Stage } from "../domain/task.ts";

export type Step = { readonly name: string; readonly stage: Stage; readonly weight: number };

/** Milliseconds that a step of a finished proof took, by its name. */
export type Durations = ReadonlyMap<string, number>;

export type Progress = {
  /** The step begins now, and the one before has ended. */
  readonly begin: (name: string) => void;
  /** So much of the step that runs is done, 0..1. Told some ten times a second at most. */
  readonly within: (share: number) => void;
  /** The step that runs now. */
  readonly stage: () => Stage;
  /** Ends the last step. */
  readonly end: () => Durations;
};

export type ProgressTools = {
  /** In the order in which they come. */
  readonly steps: readonly Step[];
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** `share` is what the steps before this one take of the whole: 0..1, and never less than the last. */
  readonly tell: (stage: Stage, share: number) => void;
};

/** What is told is for eyes, and for a watchdog that waits minutes. */
const TELL_INTERVAL_MS = 100;

/**
 * Follows a proof from step to step. There is no timer in it: it speaks when a computation has really come to a step, and
 * how far that is follows from how long each step usually takes.
 */
export const createProgress = ({ steps, now, tell }: ProgressTools): Progress => {
  const total = steps.reduce((sum, step) => sum + step.weight, 0);
  const durations = new Map<string, number>();
  let current = -1;
  let since = now();
  let toldAt = -Infinity;

  const tellShare = (step: Step, within: number): void => {
    toldAt = now();
    const before = steps.slice(0, current).reduce((sum, each) => sum + each.weight, 0);
    tell(step.stage, total === 0 ? 0 : (before + within * step.weight) / total);
  };

  const endCurrent = (): void => {
    const step = steps[current];
    if (step !== undefined) durations.set(step.name, now() - since);
    since = now();
  };

  return {
    begin: (name) => {
      const index = steps.findIndex((step) => step.name === name);
      const step = steps[index];
      // What is unknown or comes again says nothing new.
      if (step === undefined || index <= current) return;
      endCurrent();
      current = index;
      tellShare(step, 0);
    },
    within: (share) => {
      const step = steps[current];
      if (step !== undefined && now() - toldAt >= TELL_INTERVAL_MS) tellShare(step, share);
    },
    stage: () => steps[current]?.stage ?? "key",
    end: () => {
      endCurrent();
      return durations;
    },
  };
};
