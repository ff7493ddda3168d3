/** The folder that everything of a coordinator lives in, and what is said when it cannot. */
import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { CoordinatorFailure } from "./failure.ts";

/** Makes the folder where it is missing. Errors: precondition, naming the folder that this user cannot use. */
export const openDataFolder = async (folder: string): Promise<void> => {
  try {
    // Others may cross it: the embedded PostgreSQL of a coordinator that runs as root is somebody else.
    await mkdir(folder, { recursive: true, mode: 0o755 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw closedFolder(folder, cause) ?? cause;
  }
};

const closed: ReadonlySet<unknown> = new Set(["EACCES", "EPERM", "ENOTDIR", "EEXIST", "EROFS"]);

/** What the system's refusal of `folder` means to a person; undefined when it refused for another reason. */
export const closedFolder = (folder: string, cause: unknown): CoordinatorFailure | undefined => {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (!closed.has(code)) return undefined;
  return new CoordinatorFailure(
    {
      kind: "precondition",
      reason: "DATA_FOLDER_UNREACHABLE",
      field: "DATA_DIR",
      problem: `"${folder}" cannot be used (${String(code)})`,
      remedy: "it must be a folder in which this user may read and write",
    },
    { cause },
  );
};
