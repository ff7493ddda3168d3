import type { Language } from "./language.ts";
import type { NodeApi } from "../store/view.ts";

/** Everything that a person can set off from the screens. main.tsx makes them. */
export type Commands = Omit<NodeApi, "attach" | "pageChanged"> & {
  /** Asks again whether the host answers. */
  readonly checkReachable: () => Promise<void>;
  readonly reload: () => void;
  /** Puts a new version in place; the page loads anew. */
  readonly applyUpdate: () => void;
  /** Shows the browser's dialog to install the page. */
  readonly install: () => Promise<void>;
  /** Bytes that this page keeps on the device, and how many it may keep; null where the browser does not tell. */
  /** Shows the page in a language, now and at later visits. */
  readonly speak: (language: Language) => Promise<void>;
  readonly storageUse: () => Promise<StorageUse | null>;
};

/** What every screen gets. */
export type PanelProps = { readonly commands: Commands };

export type StorageUse = { readonly usedBytes: number; readonly quotaBytes: number };
