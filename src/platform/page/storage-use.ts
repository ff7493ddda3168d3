/** Bytes kept by this page and allowed to it; null where the browser does not tell. */
export const storageUse = async (
  storage: StorageManager | undefined,
): Promise<{ readonly usedBytes: number; readonly quotaBytes: number } | null> => {
  const estimate = await storage?.estimate();
  if (estimate?.usage === undefined || estimate.quota === undefined) return null;
  return { usedBytes: estimate.usage, quotaBytes: estimate.quota };
};
