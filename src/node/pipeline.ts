/** The flow of a node. Each stage takes what comes and hands on; only here do they meet. */
import type { Assignment, Report } from "../domain/task.ts";

export type Stages = {
  readonly link: { assignments(signal: AbortSignal): AsyncIterable<Assignment> };
  readonly inbox: { hold(tasks: AsyncIterable<Assignment>): AsyncIterable<Assignment> };
  /** Each stream is what one prover makes. */
  readonly pool: { prove(tasks: AsyncIterable<Assignment>): readonly AsyncIterable<Report>[] };
  readonly outbox: { deliver(streams: readonly AsyncIterable<Report>[]): Promise<void> };
};

/** coordinator -> link -> inbox -> pool => provers => outbox -> coordinator. Resolves when the last report is kept. */
export const pipeline = (
  { link, inbox, pool, outbox }: Stages,
  signal: AbortSignal,
): Promise<void> => outbox.deliver(pool.prove(inbox.hold(link.assignments(signal))));
