/** Whom the embedded server runs as, and what that user can reach. PostgreSQL refuses to run as root. */
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { CoordinatorFailure } from "../failure.ts";
import type { ServerUser } from "./installation.ts";

/** "nobody" on Linux and the BSDs; needs no entry in /etc/passwd. */
const NOBODY = 65_534;

/** The unprivileged user for a coordinator that runs as root; undefined = the server runs as ourselves. */
export const serverUser = (): ServerUser | undefined =>
  process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : undefined;

/** Errors: precondition, naming the folder on the way that `user` cannot cross. */
export const checkReachable = async (
  folder: string,
  user: ServerUser | undefined,
): Promise<void> => {
  const closed = await firstClosedFolder(folder, user);
  if (closed === undefined) return;
  throw new CoordinatorFailure({
    kind: "precondition",
    reason: "DATA_FOLDER_UNREACHABLE",
    field: "DATA_DIR",
    problem: `PostgreSQL does not run as root, and the unprivileged user that it runs as (uid ${NOBODY}) cannot pass through ${closed} to reach ${folder}`,
    remedy: `run \`chmod o+x ${closed}\`, set DATA_DIR to a folder that every user can pass through, start the coordinator as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own`,
  });
};

/** The outermost folder on the way to `path`, itself included, that `user` cannot cross. */
export const firstClosedFolder = async (
  path: string,
  user: ServerUser | undefined,
): Promise<string | undefined> => {
  if (user === undefined) return undefined;
  for (const folder of wayTo(path)) {
    if (!(await crossable(folder, user))) return folder;
  }
  return undefined;
};

/** From the root down to `path`. */
const wayTo = (path: string): readonly string[] => {
  const parent = dirname(path);
  return parent === path ? [path] : [...wayTo(parent), path];
};

const crossable = async (folder: string, user: ServerUser): Promise<boolean> => {
  const { mode, uid, gid } = await stat(folder);
  if (uid === user.uid) return (mode & 0o100) !== 0;
  if (gid === user.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
};
