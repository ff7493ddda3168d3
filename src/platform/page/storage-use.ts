/**
 * Asks the browser not to clear what this page keeps when the device runs short of space: reports that wait to be sent, and
 * proving keys. Some browsers ask the person, so it is called when proving is what somebody wants. Never rejects.
 */
export const askToKeep = async (
  storage: Partial<Pick<StorageManager, "persist" | "persisted">> | undefined,
): Promise<boolean> => {
  try {
    if ((await storage?.persisted?.()) === true) return true;
    return (await storage?.persist?.()) === true;
  } catch {
    // Private windows refuse it in their own ways; all goes on as before.
    return false;
  }
};

/** Bytes kept by this page and allowed to it; null where the browser does not tell. */
export const storageUse = async (
  storage: StorageManager | undefined,
): Promise<{ readonly usedBytes: number; readonly quotaBytes: number } | null> => {
  const estimate = await storage?.estimate();
  if (estimate?.usage === undefined || estimate.quota === undefined) return null;
  return { usedBytes: estimate.usage, quotaBytes: estimate.quota };
};
