/** Runs works of the same key one after the other, in the order of their calls; others side by side. */
export type Turns = <Value>(key: string, work: () => Promise<Value>) => Promise<Value>;

export const createTurns = (): Turns => {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = last.get(key) ?? Promise.resolve();
    // The one before answers for its own failure.
    const mine = before.then(work, work);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
};
