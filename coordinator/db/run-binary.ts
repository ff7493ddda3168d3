/** Runs one of PostgreSQL's programs to its end, as the server's user. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Installation } from "./installation.ts";

const run = promisify(execFile);

/**
 * Rejects when the program ends with an error; its stderr is in the message.
 * `folder` becomes the working folder: one that the server's user can enter.
 */
export const runBinary = async (
  { binaries, user }: Pick<Installation, "binaries" | "user">,
  folder: string,
  [name, ...options]: readonly ["initdb" | "pg_ctl", ...string[]],
): Promise<void> => {
  await run(join(binaries, name), options, { cwd: folder, env: environment(), ...user });
};

/** Ours, less what would steer PostgreSQL (PGDATA, PGPORT, PGOPTIONS, …); messages in English. */
const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PG"))),
  LC_ALL: "C",
});
