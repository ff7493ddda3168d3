/** Files of circuits in DATA_DIR/artifacts, named by their SHA-256. A file that is there is whole and on disk. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Sha256 } from "../../src/domain/ids.ts";
import { isSystemError } from "./system-error.ts";

export type ArtifactKind = "wasm" | "zkey" | "vkey.json";

export type ArtifactStore = {
  /** Takes the file over: it is gone from `path` afterwards. `digest` is what it hashes to. */
  readonly takeOver: (path: string, digest: Sha256, kind: ArtifactKind) => Promise<void>;
  readonly write: (text: string, digest: Sha256, kind: ArtifactKind) => Promise<void>;
  /** Where a file lies, or undefined when it is not here. */
  readonly find: (digest: Sha256, kind: ArtifactKind) => string | undefined;
};

export const artifactName = (digest: Sha256, kind: ArtifactKind): string => `${digest}.${kind}`;

/** Opens the store, making its folder. */
export const openArtifactStore = async (folder: string): Promise<ArtifactStore> => {
  await mkdir(folder, { recursive: true });
  const place = (digest: Sha256, kind: ArtifactKind) => join(folder, artifactName(digest, kind));
  const draft = () => join(folder, `.${randomBytes(8).toString("hex")}.part`);

  const settle = async (part: string, target: string): Promise<void> => {
    await syncToDisk(part);
    await rename(part, target);
    await syncToDisk(folder);
  };
  return {
    takeOver: async (path, digest, kind) => {
      const part = draft();
      await move(path, part);
      await settle(part, place(digest, kind));
    },
    write: async (text, digest, kind) => {
      const part = draft();
      const handle = await open(part, "wx");
      await handle.writeFile(text).finally(() => handle.close());
      await settle(part, place(digest, kind));
    },
    find: (digest, kind) => {
      const path = place(digest, kind);
      return existsSync(path) ? path : undefined;
    },
  };
};

/** By name when both lie on one file system, else by copying. */
const move = async (from: string, to: string): Promise<void> => {
  try {
    await rename(from, to);
  } catch (reason) {
    if (!isSystemError(reason, "EXDEV")) throw reason;
    await copyFile(from, to);
    await rm(from);
  }
};

const syncToDisk = async (path: string): Promise<void> => {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } catch (reason) {
    // Windows has no sync of folders; the rename is durable there without it.
    if (!isSystemError(reason, "EPERM", "EISDIR")) throw reason;
  } finally {
    await handle.close();
  }
};
