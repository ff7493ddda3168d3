/**
 * Whether a reload of this tab goes on proving. Kept in sessionStorage: it outlives a reload, and a new visit, which must
 * never start by itself, does not have it.
 */
import type { Phase } from "../../domain/event.ts";

const KEY = "prove-at-home-started";

/** Storage, as far as it is used here. */
export type KeptFlag = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** The flag after `phase`; phases that say nothing about the person's wish leave it as it was. */
const wish = (phase: Phase): boolean | undefined => {
  switch (phase.name) {
    case "starting":
    case "running":
      return true;
    case "stopping":
    case "stopped":
      return false;
    case "idle":
    case "following":
    case "failed":
      return undefined;
  }
};

/** The tab's storage, or none that keeps anything where the browser's privacy settings forbid it. */
export const openTabStorage = (open: () => KeptFlag): KeptFlag => {
  try {
    return open();
  } catch {
    // Reading the global itself throws. A reload then does not go on by itself, which is all that is lost.
    return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  }
};

export const wasStarted = (storage: KeptFlag): boolean => storage.getItem(KEY) === "yes";

/** Somebody pressed Start: a reload before the node has said a word goes on all the same. */
export const keepWish = (storage: KeptFlag): void => {
  storage.setItem(KEY, "yes");
};

/** Keeps the flag in step with the node's phase. */
export const keepStarted = (storage: KeptFlag, phase: Phase): void => {
  const started = wish(phase);
  if (started === undefined || started === wasStarted(storage)) return;
  if (started) storage.setItem(KEY, "yes");
  else storage.removeItem(KEY);
};
