/**
 * In: the task stream. Out: its messages. Promise: a stream that died without a word is noticed. A half-open connection
 * gives no error, ever, so silence is what tells: after it the coordinator is probed by a unary call, and only if that
 * fails, or another ten seconds pass, is the stream given up. Fails with NodeFailure "unreachable".
 */
import { anySignal } from "../../domain/any-signal.ts";
import type { Clock } from "../../domain/clock.ts";
import { NodeFailure } from "../../domain/failure.ts";
import { STREAM_KEEPALIVE_MS } from "../../domain/limits.ts";

export type Watch = {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long the stream may be silent before it is probed, ms. */
  readonly silenceMs: () => number;
  /** Rejects when the coordinator does not answer in time. */
  readonly probe: (signal: AbortSignal) => Promise<void>;
};

export async function* watched<T>(stream: AsyncIterable<T>, watch: Watch): AsyncGenerator<T> {
  const iterator = stream[Symbol.asyncIterator]();
  for (;;) {
    const next = await nextMessage(iterator.next(), watch);
    if (next.done === true) return;
    yield next.value;
  }
}

const nextMessage = async <T>(next: Promise<T>, watch: Watch): Promise<T> => {
  // When the watch gives up first, nobody waits for the message any more.
  next.catch(() => undefined);
  const quickly = await arrives(next, watch.silenceMs(), watch);
  if (quickly !== silence) return quickly;
  await watch.probe(watch.signal);
  const afterProbe = await arrives(next, STREAM_KEEPALIVE_MS, watch);
  if (afterProbe !== silence) return afterProbe;
  throw new NodeFailure(
    "unreachable",
    "the task stream is silent though the coordinator answers calls",
  );
};

const silence = Symbol("silence");

const arrives = async <T>(
  message: Promise<T>,
  ms: number,
  { clock, signal }: Watch,
): Promise<T | typeof silence> => {
  const arrived = new AbortController();
  const quiet = clock
    .sleep(ms, anySignal([signal, arrived.signal]))
    .then((): typeof silence => silence);
  try {
    return await Promise.race([message, quiet]);
  } finally {
    arrived.abort();
    quiet.catch(() => undefined);
  }
};
