/** Gathers single calls into batches, one under way at a time. */

export type BatcherOptions<Entry, Result> = {
  readonly maxBatch: number;
  /** One result per entry, in their order. A batch that fails as a whole is run again one by one. */
  readonly run: (entries: readonly Entry[]) => Promise<readonly Result[]>;
};

type Waiting<Entry, Result> = {
  readonly entry: Entry;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
};

/** The first call runs at once; those that come meanwhile form the next batch. */
export const openBatcher = <Entry, Result>({
  maxBatch,
  run,
}: BatcherOptions<Entry, Result>): ((entry: Entry) => Promise<Result>) => {
  const queue: Waiting<Entry, Result>[] = [];
  let running = false;

  const drain = async (): Promise<void> => {
    running = true;
    // One turn of the event loop: calls made in the same breath go together.
    await new Promise(setImmediate);
    while (queue.length > 0) await settleBatch(queue.splice(0, maxBatch), run);
    running = false;
  };

  return (entry) =>
    new Promise((resolve, reject) => {
      queue.push({ entry, resolve, reject });
      if (!running) void drain();
    });
};

const settleBatch = async <Entry, Result>(
  batch: readonly Waiting<Entry, Result>[],
  run: BatcherOptions<Entry, Result>["run"],
): Promise<void> => {
  try {
    const results = await run(batch.map(({ entry }) => entry));
    for (const [place, result] of results.entries()) batch[place]?.resolve(result);
  } catch (error) {
    // One bad entry must not take the others with it.
    if (batch.length === 1) batch[0]?.reject(error);
    else for (const one of batch) await settleBatch([one], run);
  }
};
