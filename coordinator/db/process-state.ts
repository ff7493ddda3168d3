/** Whether a process number still names a live PostgreSQL. */
import { readFile } from "node:fs/promises";

/**
 * On Linux also tells apart a number that was given to another program (a restarted container counts from 1 again) and
 * a zombie (nobody reaps in a container without init). Elsewhere any live process counts.
 */
export const isPostgres = async (pid: number): Promise<boolean> => {
  if (!isAlive(pid)) return false;
  if (process.platform !== "linux") return true;
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (status === undefined) return false;
  const match = /^\d+ \((.*)\) (\S)/su.exec(status);
  return match?.[1] === "postgres" && match[2] !== "Z" && match[2] !== "X";
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is alive all the same.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
};
