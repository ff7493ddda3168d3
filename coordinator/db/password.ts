/** The password of the embedded server: 256 random bits in a file that only we can read. */
import { randomBytes } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The folder's password; made at the first call. Of two processes that make it at once, one wins and both get that. */
export const ensurePassword = async (folder: string): Promise<string> => {
  const path = join(folder, "password");
  const existing = await readFile(path, "utf8").catch(ignoreMissing);
  if (existing !== undefined) return existing;
  // Written whole under another name first: nobody ever reads half a password.
  const draft = `${path}.${randomBytes(8).toString("hex")}`;
  await writeFile(draft, randomBytes(32).toString("hex"), { mode: 0o600, flag: "wx", flush: true });
  await link(draft, path).catch(ignoreExisting);
  await rm(draft);
  return readFile(path, "utf8");
};

const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;

const ignoreMissing = (error: unknown): undefined => {
  if (codeOf(error) !== "ENOENT") throw error;
  return undefined;
};

const ignoreExisting = (error: unknown): void => {
  if (codeOf(error) !== "EEXIST") throw error;
};
