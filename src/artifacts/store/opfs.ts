import { NodeFailure } from "../../domain/failure.ts";
import type { FileStore, StoredFile } from "./file-store.ts";
import { createTurns } from "./turns.ts";

/** A folder of the site's own, so that other users of the origin's file system are left alone. */
const FOLDER = "artifacts";
/** A closing tab lets go of its files within a moment of the Web Lock: ten looks in a second. */
const BUSY_LOOKS = 10;
const BUSY_WAIT_MS = 100;

export type OpfsTools = {
  readonly root: () => Promise<FileSystemDirectoryHandle>;
  readonly sleep: (milliseconds: number) => Promise<void>;
};

/**
 * Files in the origin private file system, written through synchronous handles (measured two to ten times faster than
 * a writable stream, and a partial file survives the worker).
 *
 * @throws whatever the browser throws where there is no such file system, e.g. SecurityError in private windows.
 */
export const openOpfs = async (tools: OpfsTools): Promise<FileStore> => {
  const root = await tools.root();
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  const inTurn = createTurns();
  return {
    kind: "opfs",
    use: (name, work) =>
      inTurn(name, async () => {
        const file = await folder.getFileHandle(name, { create: true });
        const handle = await openExclusively(file, tools);
        try {
          return await work(storedFile(handle));
        } finally {
          handle.close();
        }
      }),
    blob: async (name) => (await folder.getFileHandle(name)).getFile(),
    remove: (name) => removeFile(folder, name),
    list: () => listFiles(folder),
  };
};

const openExclusively = async (
  handle: FileSystemFileHandle,
  tools: OpfsTools,
): Promise<FileSystemSyncAccessHandle> => {
  for (let look = 1; ; look += 1) {
    try {
      return await handle.createSyncAccessHandle();
    } catch (reason) {
      if (!isNamed(reason, "NoModificationAllowedError"))
        throw NodeFailure.from(reason, "platform");
      if (look === BUSY_LOOKS) throw heldElsewhere(handle.name, reason);
    }
    await tools.sleep(BUSY_WAIT_MS);
  }
};

const storedFile = (handle: FileSystemSyncAccessHandle): StoredFile => ({
  size: () => handle.getSize(),
  read: (into, at) => handle.read(into, { at }),
  write: (bytes, at) => {
    for (let done = 0; done < bytes.byteLength;) {
      done += handle.write(bytes.subarray(done), { at: at + done });
    }
  },
  truncate: (bytes) => handle.truncate(bytes),
  flush: () => handle.flush(),
});

const removeFile = async (folder: FileSystemDirectoryHandle, name: string): Promise<void> => {
  try {
    await folder.removeEntry(name);
  } catch (reason) {
    // Already gone is what was asked for.
    if (!isNamed(reason, "NotFoundError")) throw NodeFailure.from(reason, "platform");
  }
};

const listFiles = async (folder: FileSystemDirectoryHandle) => {
  const files: { readonly name: string; readonly bytes: number }[] = [];
  for await (const [name, handle] of folder.entries()) {
    if (handle.kind !== "file") continue;
    const file = await folder.getFileHandle(name);
    files.push({ name, bytes: (await file.getFile()).size });
  }
  return files;
};

const isNamed = (reason: unknown, name: string): boolean =>
  reason instanceof DOMException && reason.name === name;

const heldElsewhere = (name: string, cause: unknown): NodeFailure =>
  new NodeFailure("platform", `another tab of this browser is using the stored file ${name}`, {
    cause,
  });
