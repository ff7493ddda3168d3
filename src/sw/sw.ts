/// <reference lib="webworker" />
/**
 * Keeps the shell of the page for offline visits. It answers only for the shell: calls to the coordinator, circuits,
 * config and beacons pass it untouched, because a stream that runs through a service worker dies with it.
 */
import {
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  precacheAndRoute,
  type PrecacheEntry,
} from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { neverShell } from "./never-shell.ts";

declare const self: ServiceWorkerGlobalScope & {
  readonly __WB_MANIFEST: readonly (PrecacheEntry | string)[];
};

cleanupOutdatedCaches();
precacheAndRoute([...self.__WB_MANIFEST]);
registerRoute(
  new NavigationRoute(createHandlerBoundToURL("/index.html"), { denylist: [...neverShell] }),
);

// The first visit's page too is kept whole and waits like any other: without this, nothing would hold a new version back
// from removing the scripts that it still runs.
self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

// The page asks for it, and only between tasks: see platform/page/service-worker.ts.
self.addEventListener("message", (event: ExtendableMessageEvent) => {
  const message = event.data as { readonly type?: unknown } | null;
  if (message?.type === "SKIP_WAITING") void self.skipWaiting();
});
