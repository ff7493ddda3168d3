/** The keys of the local owner and administrator: made once, in files that only this user reads. */
import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { closedFolder } from "../data-folder.ts";
import { CoordinatorFailure } from "../failure.ts";
import type { AccessKind as KeyKind } from "../queue/keys.ts";

const KEY_BYTES = 32;
const form = (kind: KeyKind): RegExp => new RegExp(`^pah_${kind}_[A-Za-z0-9_-]{43}$`, "u");

export const keyFile = (folder: string, kind: KeyKind): string => path.join(folder, `${kind}.key`);

/** The key in the file, or a fresh one (256 random bits) written there with mode 600. */
export const ensureKeyFile = async (folder: string, kind: KeyKind): Promise<string> => {
  const file = keyFile(folder, kind);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (!(await exists(file))) await writeKey(file, kind);
    return checked((await readFile(file, "utf8")).trim(), file, kind);
  } catch (cause) {
    throw closedFolder(folder, cause) ?? cause;
  }
};

const exists = async (file: string): Promise<boolean> => {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
};

/** Written whole under another name first: nobody ever reads half a key, and of two processes one wins. */
const writeKey = async (file: string, kind: KeyKind): Promise<void> => {
  const draft = `${file}.${randomBytes(8).toString("hex")}`;
  const key = `pah_${kind}_${randomBytes(KEY_BYTES).toString("base64url")}`;
  try {
    await writeFile(draft, `${key}\n`, { mode: 0o600, flag: "wx", flush: true });
    // The mode given above is cut by the umask, never widened; said again so that it is exactly this.
    await chmod(draft, 0o600);
    await link(draft, file);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  } finally {
    await rm(draft, { force: true });
  }
};

const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;

const checked = (key: string, file: string, kind: KeyKind): string => {
  if (form(kind).test(key)) return key;
  throw new CoordinatorFailure({
    kind: "invalid",
    reason: "KEY_FILE_MALFORMED",
    problem: `${file} does not hold a key`,
    remedy: `it must be one line like pah_${kind}_<43 characters>; remove the file to get a fresh key`,
  });
};
