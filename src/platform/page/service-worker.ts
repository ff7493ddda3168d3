/**
 * The service worker that keeps the shell for offline visits, and its updates. A new version never takes over by itself:
 * it waits until `apply` is called, which the page does between tasks only.
 */
export type ShellUpdates = {
  /** Puts the waiting version in place and loads the page anew. Does nothing while none waits. */
  readonly apply: () => void;
  /** No proof is under way: loads anew if another tab put a new version in place, whose scripts are not this page's. */
  readonly betweenTasks: () => void;
};

export type ShellOptions = {
  /** A new version waits. */
  readonly offered: () => void;
  /** Another tab put a new version in place: whether this one may load anew at once. */
  readonly mayReload: () => boolean;
};

/** A tab that stays open for weeks should still hear of new versions; asking costs one conditional request. */
const CHECK_EVERY_MS = 60 * 60_000;

/** Registers the service worker. Does nothing where there can be none, and while developing, where it would hide changes. */
export const keepShell = (options: ShellOptions): ShellUpdates => {
  const state: UpdateState = {
    asked: false,
    inPlace: false,
    kept: false,
    takeOver: () => undefined,
  };
  // The page works without it; the next visit tries again.
  if (import.meta.env.PROD && "serviceWorker" in navigator)
    register(options, state).catch(() => undefined);
  return {
    apply: () => {
      state.asked = true;
      if (state.inPlace) location.reload();
      else state.takeOver();
    },
    betweenTasks: () => {
      if (state.inPlace) location.reload();
    },
  };
};

type UpdateState = {
  /** Somebody asked for the new version in this tab. */
  asked: boolean;
  /** The new version is in place, and this page is still the old one. */
  inPlace: boolean;
  /** A service worker keeps this page or an older one, so that the next to take control is a new version. */
  kept: boolean;
  takeOver: () => void;
};

const register = async (options: ShellOptions, state: UpdateState): Promise<void> => {
  // Apart from the first view's code: nothing on screen needs it.
  const { Workbox } = await import("workbox-window");
  const shell = new Workbox("/sw.js");
  const before = await navigator.serviceWorker.getRegistration();
  state.kept = (before?.active ?? null) !== null;
  state.takeOver = () => {
    shell.messageSkipWaiting();
  };
  shell.addEventListener("waiting", options.offered);
  shell.addEventListener("controlling", () => {
    if (!state.kept) {
      // The first visit: what took control keeps this very version.
      state.kept = true;
      return;
    }
    state.inPlace = true;
    if (state.asked || options.mayReload()) location.reload();
    else options.offered();
  });
  await shell.register();
  setInterval(() => {
    // Offline, or the host is away: the next hour will do.
    shell.update().catch(() => undefined);
  }, CHECK_EVERY_MS);
};
