import type { FileStore } from "./file-store.ts";
import { saysStorageIsFull } from "./storage-full.ts";

/** The text of a small file, "" when there is none. */
export const readText = (store: FileStore, name: string): Promise<string> =>
  store.use(name, async (file) => {
    const bytes = new Uint8Array(file.size());
    return new TextDecoder().decode(bytes.subarray(0, file.read(bytes, 0)));
  });

/**
 * Replaces a small file. Not atomic, and not done when storage is full: what is kept this way is a memory aid, and whoever
 * reads it takes a torn one for none.
 */
export const writeText = (store: FileStore, name: string, text: string): Promise<void> =>
  store.use(name, async (file) => {
    file.truncate(0);
    try {
      file.write(new TextEncoder().encode(text), 0);
      file.flush();
    } catch (reason) {
      if (!saysStorageIsFull(reason)) throw reason;
    }
  });
