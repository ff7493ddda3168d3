/**
 * Waits for a Web Lock and holds it until what it gives is called, or this worker has ended. Undefined when it is not to be
 * had within `ms`, or the browser has no locks.
 */
export const holdLock = async (name: string, ms: number): Promise<(() => void) | undefined> => {
  if (!("locks" in navigator)) return undefined;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ms);
  return new Promise((resolve) => {
    const hold = (): Promise<void> =>
      new Promise((release) => {
        clearTimeout(timer);
        resolve(() => release());
      });
    navigator.locks.request(name, { signal: late.signal }, hold).catch(() => resolve(undefined));
  });
};
