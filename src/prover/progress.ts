import type { Stage } from "../domain/task.ts";

export type Step = { readonly name: string; readonly stage: Stage; readonly weight: number };

/** Milliseconds that a step of a finished proof took, by its name. */
export type Durations = ReadonlyMap<string, number>;

export type Progress = {
  /** The step begins now, or goes on, and the one before has ended or rests. */
  readonly begin: (name: string) => void;
  /** So much of the step that runs is done, 0..1. Told some ten times a second at most. */
  readonly within: (share: number) => void;
  /** The same of all the engine's steps (stages ntt and msm), where they run at once. */
  readonly across: (share: number) => void;
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
  /** `share` is what is done of the whole: 0..1, and never less than the last. */
  readonly tell: (stage: Stage, share: number) => void;
};

const weightOf = (steps: readonly Step[]): number =>
  steps.reduce((sum, step) => sum + step.weight, 0);

/** What is told is for eyes, and for a watchdog that waits minutes. */
const TELL_INTERVAL_MS = 100;

/**
 * Follows a proof from step to step. There is no timer in it: it speaks when a computation has really come to a step, and
 * how far that is follows from how long each step usually takes.
 */
export const createProgress = ({ steps, now, tell }: ProgressTools): Progress => {
  const total = weightOf(steps);
  const ofEngine = steps.filter(({ stage }) => stage === "ntt" || stage === "msm");
  const first = steps.findIndex((step) => ofEngine.includes(step));
  const durations = new Map<string, number>();
  let current: Step | undefined;
  let since = now();
  let toldAt = -Infinity;
  let toldShare = 0;

  const isDue = (): boolean => now() - toldAt >= TELL_INTERVAL_MS;
  const tellDone = (weight: number): void => {
    toldAt = now();
    // Another engine that makes the proof again, or steps that take turns, do not set it back.
    toldShare = Math.max(toldShare, total === 0 ? 0 : weight / total);
    tell(current?.stage ?? "key", toldShare);
  };
  const tellWithin = (step: Step, share: number): void =>
    tellDone(weightOf(steps.slice(0, steps.indexOf(step))) + share * step.weight);

  const endCurrent = (): void => {
    if (current !== undefined) {
      durations.set(current.name, (durations.get(current.name) ?? 0) + now() - since);
    }
    since = now();
  };

  return {
    begin: (name) => {
      const step = steps.find((each) => each.name === name);
      if (step === undefined || step === current) return;
      endCurrent();
      current = step;
      tellWithin(step, 0);
    },
    within: (share) => {
      if (current !== undefined && isDue()) tellWithin(current, share);
    },
    across: (share) => {
      if (isDue()) tellDone(weightOf(steps.slice(0, first)) + share * weightOf(ofEngine));
    },
    stage: () => current?.stage ?? "key",
    end: () => {
      endCurrent();
      return durations;
    },
  };
};
