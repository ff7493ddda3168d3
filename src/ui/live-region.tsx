/** The one live region of the page: what is announced here is read by a screen reader, politely, once. */
import { useSyncExternalStore } from "react";

const readers = new Set<() => void>();
let text = "";

/** For changes of state and answers to what a person did; never for anything that counts. */
export const announce = (spoken: string): void => {
  text = spoken;
  for (const redraw of readers) redraw();
};

const subscribe = (redraw: () => void): (() => void) => {
  readers.add(redraw);
  return () => {
    readers.delete(redraw);
  };
};

const read = (): string => text;

export const LiveRegion = () => (
  <p className="visually-hidden" role="status" aria-live="polite">
    {useSyncExternalStore(subscribe, read, read)}
  </p>
);
