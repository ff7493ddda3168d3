/// <reference lib="webworker" />
/**
 * Keeps the shell of the page and the kernels that were fetched for offline visits. It answers only for those: calls to the
 * coordinator, circuits, config and beacons pass it untouched, because a stream that runs through a service worker dies
 * with it.
 */
import {
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  precacheAndRoute,
  type PrecacheEntry,
} from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { answerKernel, isKernel, type KernelKeeping } from "./kernels.ts";
import { neverShell } from "./never-shell.ts";

declare const self: ServiceWorkerGlobalScope & {
  readonly __WB_MANIFEST: readonly (PrecacheEntry | string)[];
};

cleanupOutdatedCaches();
precacheAndRoute([...self.__WB_MANIFEST]);
registerRoute(
  new NavigationRoute(createHandlerBoundToURL("/index.html"), { denylist: [...neverShell] }),
);
const kernels: KernelKeeping = {
  open: (name) => caches.open(name),
  // eslint-disable-next-line no-restricted-globals -- a service worker is where the page's requests reach the network
  fetch: (request) => fetch(request),
};
registerRoute(
  ({ sameOrigin, url }) => sameOrigin && isKernel(url),
  async ({ event, request }) => {
    const { response, kept } = await answerKernel(request, kernels);
    event.waitUntil(kept);
    return response;
  },
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
