/**
 * Wake-ups between replicas: NOTIFY, gathered for at least 25 ms and sent outside any transaction (a NOTIFY inside a
 * commit takes a lock of the whole database: it cost 11 times the throughput). Hints only: a lost one costs a poll.
 */
import type { AttemptId, JobId } from "../../src/domain/ids.ts";
import { listen } from "../db/listen.ts";
import type { Database } from "../db/open.ts";
import type { Log } from "../log.ts";
import { parseWakes } from "./wake-message.ts";
import type { WakeMessage } from "./wake-message.ts";
import type { Wake } from "./queue.ts";

export type Wakes = {
  readonly wake: (wake: Wake) => void;
  readonly onWake: (listener: (wake: Wake) => void) => () => void;
  /** Sends what is waiting and stops listening. */
  readonly close: () => Promise<void>;
};

const CHANNEL = "prove_at_home";
/** A notification holds 8,000 bytes; an id at most 34 and its quotes and comma 3. */
const IDS_PER_MESSAGE = 200;

export const openWakes = async (options: {
  readonly database: Database;
  readonly intervalMs: number;
  readonly log: Log;
}): Promise<Wakes> => {
  const { database, intervalMs, log } = options;
  const listeners = new Set<(wake: Wake) => void>();
  const tell = (wake: Wake): void => {
    for (const listener of listeners) listener(wake);
  };
  const stopListening = await listen({
    url: database.url,
    channel: CHANNEL,
    onMessage: (payload) => parseWakes(payload).forEach(tell),
    // Whatever was missed: look for work.
    onListening: () => tell({ kind: "ready" }),
    log,
  });
  const outgoing = openOutgoing(intervalMs, (messages) => send(database, log, messages));
  const onWake: Wakes["onWake"] = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const close = async (): Promise<void> => {
    await outgoing.flush();
    await stopListening();
    listeners.clear();
  };
  return { wake: outgoing.add, onWake, close };
};

const send = async (
  database: Database,
  log: Log,
  messages: readonly WakeMessage[],
): Promise<void> => {
  try {
    for (const message of messages) {
      await database.quickSql`select pg_notify(${CHANNEL}, ${JSON.stringify(message)})`;
    }
  } catch (error) {
    log.warn("a wake-up could not be sent; polling finds what it was about", { error });
  }
};

/** The first wake-up goes at once, those of the following interval together. */
const openOutgoing = (
  intervalMs: number,
  sendAll: (messages: readonly WakeMessage[]) => Promise<void>,
) => {
  let waiting = emptyBatch();
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> = Promise.resolve();

  const flush = (): Promise<void> => {
    const messages = messagesOf(waiting);
    waiting = emptyBatch();
    if (messages.length > 0) sending = sending.then(() => sendAll(messages));
    return sending;
  };
  const tick = (): void => {
    timer = undefined;
    if (messagesOf(waiting).length === 0) return;
    void flush();
    timer = setTimeout(tick, intervalMs);
  };
  const add = (wake: Wake): void => {
    if (wake.kind === "ready") waiting.ready = true;
    if (wake.kind === "job") waiting.jobs.add(wake.jobId);
    if (wake.kind === "cancel") for (const attempt of wake.attempts) waiting.attempts.add(attempt);
    if (wake.kind === "settled") for (const attempt of wake.attempts) waiting.settled.add(attempt);
    // Not in this turn: a verb wakes for several things in one breath.
    timer ??= setTimeout(tick, 0);
  };
  const close = async (): Promise<void> => {
    clearTimeout(timer);
    await flush();
  };
  return { add, flush: close };
};

type Batch = {
  ready: boolean;
  readonly jobs: Set<JobId>;
  readonly attempts: Set<AttemptId>;
  readonly settled: Set<AttemptId>;
};
const emptyBatch = (): Batch => ({
  ready: false,
  jobs: new Set(),
  attempts: new Set(),
  settled: new Set(),
});

const messagesOf = ({ ready, jobs, attempts, settled }: Batch): readonly WakeMessage[] => [
  ...(ready ? [{ ready }] : []),
  ...slices([...jobs]).map((ids) => ({ jobs: ids })),
  ...slices([...attempts]).map((ids) => ({ attempts: ids })),
  ...slices([...settled]).map((ids) => ({ settled: ids })),
];

const slices = <Id>(ids: readonly Id[]): readonly (readonly Id[])[] =>
  Array.from({ length: Math.ceil(ids.length / IDS_PER_MESSAGE) }, (_, index) =>
    ids.slice(index * IDS_PER_MESSAGE, (index + 1) * IDS_PER_MESSAGE),
  );
