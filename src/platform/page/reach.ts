/** How long the host may take to say that it is there. */
const REACH_MS = 5_000;

/**
 * Whether the host that served this page answers now. A page from the service worker's cache opens without it. Never
 * rejects.
 */
export const isReachable = async (fetchHealth: typeof fetch = fetch): Promise<boolean> => {
  try {
    const signal = AbortSignal.timeout(REACH_MS);
    return (await fetchHealth("/healthz", { cache: "no-store", signal })).ok;
  } catch {
    // Refused, timed out, no network: all the same to somebody who wants to start.
    return false;
  }
};
