/** Something done again and again: never twice at once, and a failure does not end it. */
import type { Log } from "./log.ts";

export type Repetition = {
  /** No more; resolves when what runs now has ended. */
  readonly stop: () => Promise<void>;
};

export type Repeated = {
  readonly everyMs: number;
  /** For the log when it fails, e.g. "reap". */
  readonly name: string;
  readonly task: () => Promise<unknown>;
  readonly log: Log;
};

/** Runs `task` every `everyMs`, counted from the end of the run before. */
export const repeat = ({ everyMs, name, task, log }: Repeated): Repetition => {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const run = async (): Promise<void> => {
    try {
      await task();
    } catch (error) {
      if (!stopped) log.error("A periodic task failed; it runs again", { task: name, error });
    }
    schedule();
  };
  const schedule = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      running = run();
    }, everyMs);
  };
  schedule();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
};
