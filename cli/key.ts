/** Finds the key that a command needs: --key, PROVE_AT_HOME_KEY, then the coordinator's data folder. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { usage } from "./failure.ts";
import type { GlobalOptions, World } from "./world.ts";

/** "none": the call is open to everybody. */
export type Role = "owner" | "admin" | "none";

/** Which files open which calls; an admin key is also good for owner calls. */
const keyFiles: Readonly<Record<Role, readonly string[]>> = {
  owner: ["owner.key", "admin.key"],
  admin: ["admin.key"],
  none: [],
};

const DEFAULT_DATA_DIR = ".data";
const keyForm = /^pah_(owner|admin)_[A-Za-z0-9_-]{43}$/;

/**
 * The key, or "" when there is none: then the coordinator refuses the call, and says which key it wants.
 *
 * @throws CliFailure "usage" for a key that is none.
 */
export const findKey = async (
  role: Role,
  options: GlobalOptions,
  env: World["env"],
): Promise<string> => {
  if (role === "none") return "";
  if (options.key !== undefined) return checked(options.key, "--key");
  const fromEnvironment = env.PROVE_AT_HOME_KEY ?? "";
  if (fromEnvironment !== "") return checked(fromEnvironment, "PROVE_AT_HOME_KEY");
  const folder = path.join(env.DATA_DIR ?? DEFAULT_DATA_DIR, "keys");
  for (const name of keyFiles[role]) {
    const file = path.join(folder, name);
    // Not there, or not ours to read: the next place may have one.
    const text = await readFile(file, "utf8").catch(() => "");
    if (text !== "") return checked(text, file);
  }
  return "";
};

const checked = (text: string, source: string): string => {
  const key = text.trim();
  if (keyForm.test(key)) return key;
  throw usage(
    `${source}: this is no key; a key is "pah_owner_" or "pah_admin_" and 43 letters, digits, "-" or "_"`,
  );
};
