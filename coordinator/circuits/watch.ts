/** Holds the present snapshot and looks for a newer one again and again. */
import type { Log } from "../log.ts";
import type { Snapshot } from "./snapshot.ts";

export type Watch = {
  readonly snapshot: () => Snapshot;
  /** Looks now. */
  readonly look: () => Promise<void>;
  readonly onChange: (listener: () => void) => () => void;
  readonly close: () => Promise<void>;
};

/** Another replica's change is seen this late at most. The table has some tens of rows. */
const POLL_MS = 2_000;

/** Resolves after the first look; rejects when that fails. */
export const openWatch = async (take: () => Promise<Snapshot>, log: Log): Promise<Watch> => {
  const listeners = new Set<() => void>();
  let present = await take();
  let looking: Promise<unknown> = Promise.resolve();

  const replace = (next: Snapshot): void => {
    const changed = present.fingerprint !== next.fingerprint;
    present = next;
    if (changed) for (const listener of listeners) listener();
  };
  // One after another, so that an older picture never replaces a newer one.
  const look = (): Promise<void> => {
    const looked = looking.then(take).then(replace);
    looking = looked.catch(() => undefined);
    return looked;
  };
  const stop = poll(look, log);
  return {
    snapshot: () => present,
    look,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: async () => {
      stop();
      await looking;
    },
  };
};

/** A look that fails is logged once per spell. */
const poll = (look: () => Promise<void>, log: Log): (() => void) => {
  let failing = false;
  const timer = setInterval(() => {
    look().then(
      () => {
        failing = false;
      },
      (error: unknown) => {
        if (!failing) log.warn("circuits could not be read again", { error });
        failing = true;
      },
    );
  }, POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
};
