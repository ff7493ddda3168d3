/** Where files are kept: types only. `opfs.ts` keeps them on disk, `memory.ts` until the worker ends. */
import type { BlobLike } from "../protocol.ts";

export type FileStore = {
  readonly kind: "opfs" | "memory";
  /**
   * Opens a file (made empty if there is none) for `work` alone, and closes it. Works on the same file wait their turn.
   *
   * @throws NodeFailure "platform" when another tab of this browser has it open; whatever `work` throws.
   */
  readonly use: <Value>(name: string, work: (file: StoredFile) => Promise<Value>) => Promise<Value>;
  /** The file for readers elsewhere; good until it is written or removed. */
  readonly blob: (name: string) => Promise<BlobLike>;
  readonly remove: (name: string) => Promise<void>;
  readonly list: () => Promise<readonly StoredName[]>;
};

export type StoredName = { readonly name: string; readonly bytes: number };

/** One open file; synchronous, like FileSystemSyncAccessHandle. Positions and sizes in bytes. */
export type StoredFile = {
  readonly size: () => number;
  /** Fills `into` from `at` and returns how many bytes there were. */
  readonly read: (into: Uint8Array<ArrayBuffer>, at: number) => number;
  /** @throws QuotaExceededError, as browsers do, when nothing more fits. */
  readonly write: (bytes: Uint8Array<ArrayBuffer>, at: number) => void;
  readonly truncate: (bytes: number) => void;
  readonly flush: () => void;
};

/** Bytes read or hashed at a time: large enough that the calls cost nothing, small beside any key. */
export const CHUNK_BYTES = 1 << 20;
