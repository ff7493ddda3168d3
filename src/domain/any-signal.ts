/**
 * Aborted with the first of these, for its reason. The browser's own AbortSignal.any is younger (2023, 2024) than browsers
 * that can prove.
 *
 * One of the signals must end with the wait that this one is for: until the first is aborted, all of them are listened to.
 */
export const anySignal = (signals: readonly AbortSignal[]): AbortSignal => {
  const first = new AbortController();
  for (const signal of signals) {
    const abort = (): void => first.abort(signal.reason);
    if (signal.aborted) abort();
    // The listener goes as soon as it has nothing more to say.
    else signal.addEventListener("abort", abort, { once: true, signal: first.signal });
  }
  return first.signal;
};
