import { NodeFailure } from "../../domain/failure.ts";

/** Names that browsers give the error of a full storage: the standard's, and Safari's for a full disk. */
const fullNames: ReadonlySet<string> = new Set(["QuotaExceededError", "NoSpaceError"]);

/** Whether an error says that storage is full, directly or as its cause. */
export const saysStorageIsFull = (reason: unknown): boolean => {
  if (!(reason instanceof Error)) return false;
  return fullNames.has(reason.name) || saysStorageIsFull(reason.cause);
};

/** What a volunteer is told when nothing more can be given up. */
export const storageFull = (cause: unknown): NodeFailure =>
  new NodeFailure(
    "platform",
    "the browser's storage for this site is full and no other circuit is left to delete; " +
      "free disk space or delete other sites' data",
    { cause },
  );
