/** The keys of the local owner and administrator: made once, in files that only this user reads. */
import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { CoordinatorFailure } from "../failure.ts";
import type { AccessKind as KeyKind } from "../queue/keys.ts";

const KEY_BYTES = 32;
const form = (kind: KeyKind): RegExp => new RegExp(`^pah_${kind}_[A-Za-z0-9_-]{43}$`, "u");

export const keyFile = (folder: string, kind: KeyKind): string => path.join(folder, `${kind}.key`);

/** The key in the file, or a fresh one (256 random bits) written there with mode 600. */
export const ensureKeyFile = async (folder: string, kind: KeyKind): Promise<string> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = keyFile(folder, kind);
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text !== undefined) return checked(text.trim(), file, kind);
  const key = `pah_${kind}_${randomBytes(KEY_BYTES).toString("base64url")}`;
  await writeFile(file, `${key}\n`, { mode: 0o600, flag: "wx" });
  // The mode given above is cut by the umask, never widened; said again so that it is exactly this.
  await chmod(file, 0o600);
  return key;
};

const checked = (key: string, file: string, kind: KeyKind): string => {
  if (form(kind).test(key)) return key;
  throw new CoordinatorFailure({
    kind: "invalid",
    reason: "KEY_FILE_MALFORMED",
    problem: `${file} does not hold a key`,
    remedy: `it must be one line like pah_${kind}_<43 characters>; remove the file to get a fresh key`,
  });
};
