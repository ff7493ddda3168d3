/** One clock for everything on screen that counts seconds; it stands still while nothing does. */
import { useSyncExternalStore } from "react";

const SECOND_MS = 1_000;

const readers = new Set<() => void>();
let nowMs = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

const tick = (): void => {
  nowMs = Date.now();
  for (const redraw of readers) redraw();
};

const subscribe = (redraw: () => void): (() => void) => {
  readers.add(redraw);
  nowMs = Date.now();
  timer ??= setInterval(tick, SECOND_MS);
  return () => {
    readers.delete(redraw);
    if (readers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
};

const still = (): (() => void) => () => undefined;
const read = (): number => nowMs;

/** Unix ms, drawn again once a second while `ticking`; browsers slow it down by themselves in a hidden tab. */
export const useNow = (ticking: boolean): number =>
  useSyncExternalStore(ticking ? subscribe : still, read, read);
