import { useCallback, useEffect, useState } from "react";
import { messageOf } from "./message-of.ts";

export type Loaded<T> =
  | { readonly name: "loading" }
  | { readonly name: "loaded"; readonly value: T }
  | { readonly name: "failed"; readonly message: string };

/** Loads when the screen opens, and again on `reload`; what was loaded stays on screen until the new is there. */
export const useLoaded = <T>(load: () => Promise<T>): readonly [Loaded<T>, reload: () => void] => {
  const [loaded, setLoaded] = useState<Loaded<T>>({ name: "loading" });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const left = new AbortController();
    const keep = (next: Loaded<T>): void => {
      if (!left.signal.aborted) setLoaded(next);
    };
    load().then(
      (value) => keep({ name: "loaded", value }),
      (reason: unknown) => keep({ name: "failed", message: messageOf(reason) }),
    );
    return () => {
      left.abort();
    };
  }, [load, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  return [loaded, reload];
};
