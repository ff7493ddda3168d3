/** The address behind "#": "#/settings?concurrency=2" is the route "/settings". It needs no server and works offline. */
import { useSyncExternalStore } from "react";

/** The route in a fragment; options alone ("#concurrency=2") are the home route. */
export const routeOf = (fragment: string): string => {
  const path = fragment.replace(/^#/, "").split("?")[0] ?? "";
  return path.startsWith("/") ? path.replace(/(?<=.)\/+$/, "") : "/";
};

export const routeHref = (path: string): string => `#${path}`;

const subscribe = (changed: () => void): (() => void) => {
  window.addEventListener("hashchange", changed);
  return () => {
    window.removeEventListener("hashchange", changed);
  };
};

const read = (): string => routeOf(location.hash);

export const useRoute = (): string => useSyncExternalStore(subscribe, read, () => "/");
