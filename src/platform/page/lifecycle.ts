/** What the browser does to the page, told to the node, which runs in a worker and cannot see it. */
import type { PageChange } from "../../node/protocol.ts";

export type LifecycleListeners = {
  readonly changed: (change: PageChange) => void;
  /** The page may never run again: only synchronous work here. */
  readonly leaving: () => void;
};

/** `window` and `document`, in the form that is used here. */
export type LifecycleSource = {
  readonly window: EventTarget;
  readonly document: EventTarget & { readonly visibilityState: string };
};

/** Watches until `signal` aborts. */
export const watchLifecycle = (
  source: LifecycleSource,
  listeners: LifecycleListeners,
  signal: AbortSignal,
): void => {
  const { window, document } = source;
  const tell = (change: PageChange) => (): void => {
    listeners.changed(change);
  };
  window.addEventListener("online", tell("online"), { signal });
  window.addEventListener("offline", tell("offline"), { signal });
  document.addEventListener("freeze", tell("freeze"), { signal });
  document.addEventListener("resume", tell("resume"), { signal });
  document.addEventListener(
    "visibilitychange",
    () => {
      listeners.changed(document.visibilityState === "visible" ? "visible" : "hidden");
    },
    { signal },
  );
  window.addEventListener("pagehide", listeners.leaving, { signal });
  window.addEventListener(
    "pageshow",
    (event) => {
      // The first pageshow belongs to the load; only a page that comes back from the cache has said goodbye before.
      if ("persisted" in event && event.persisted === true) listeners.changed("pageshow");
    },
    { signal },
  );
};
