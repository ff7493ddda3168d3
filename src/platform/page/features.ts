/** What of the platform this page has. Plain http on another host than localhost lacks several. */
import type { Feature } from "../../store/view.ts";

/** The globals that are looked at; a parameter, so that tests can take parts away. */
export type Globals = {
  readonly isSecureContext?: boolean;
  readonly crossOriginIsolated?: boolean;
  readonly WebAssembly?: unknown;
  readonly Worker?: unknown;
  readonly indexedDB?: unknown;
  readonly SharedArrayBuffer?: unknown;
  readonly navigator: {
    readonly storage?: { readonly getDirectory?: unknown };
    readonly locks?: unknown;
    readonly serviceWorker?: unknown;
    readonly sendBeacon?: unknown;
  };
};

export const checkFeatures = (globals: Globals): readonly Feature[] => {
  const { navigator } = globals;
  const shared = globals.SharedArrayBuffer !== undefined && globals.crossOriginIsolated === true;
  const required = (id: Feature["id"], present: boolean): Feature => ({
    id,
    present,
    required: true,
  });
  const helpful = (id: Feature["id"], present: boolean): Feature => ({
    id,
    present,
    required: false,
  });
  return [
    helpful("secure-context", globals.isSecureContext === true),
    required("webassembly", globals.WebAssembly !== undefined),
    required("workers", globals.Worker !== undefined),
    required("database", isThere(globals.indexedDB)),
    required("private-files", navigator.storage?.getDirectory !== undefined),
    required("web-locks", isThere(navigator.locks)),
    helpful("service-worker", isThere(navigator.serviceWorker)),
    helpful("shared-memory", shared),
    helpful("beacons", navigator.sendBeacon !== undefined),
  ];
};

/** Browsers spell "not available" as undefined or as null. */
const isThere = (value: unknown): boolean => value !== undefined && value !== null;
