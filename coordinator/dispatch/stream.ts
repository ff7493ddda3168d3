/** The task stream of a session: opening, replacing, ending. A stream that ends takes no lease away. */
import { CoordinatorFailure } from "../failure.ts";
import { giveBack } from "./attempts.ts";
import type { Desk } from "./attempts.ts";
import { openFeed } from "./feed.ts";
import type { FeedMessage } from "./feed.ts";
import type { Session } from "./session.ts";

export const draining = (): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: "unavailable",
    reason: "DRAINING",
    problem: "this coordinator is stopping",
    remedy: "reconnect and register again; keep what you hold",
    retryAfterMs: 1_000,
  });

export const replaced = (): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: "precondition",
    reason: "STREAM_REPLACED",
    problem: "another stream of this worker has taken over",
    remedy: "keep one stream per worker",
  });

/** Ends a session's stream, if it has one; what was never sent is queued again. */
export const closeFeed = async (
  desk: Desk,
  session: Session,
  why?: CoordinatorFailure,
): Promise<void> => {
  const { feed } = session;
  if (feed === undefined) return;
  session.feed = undefined;
  feed.end(why);
  const attempts = feed.undelivered().map((lease) => lease.attemptId);
  await giveBack(desk, { session, attempts, reason: "never sent: its stream ended" });
};

/** The worker is not ours any more; its leases last until they expire or it registers again. */
export const endSession = async (desk: Desk, session: Session, why: string): Promise<void> => {
  desk.sessions.remove(session);
  await closeFeed(desk, session);
  desk.log.info("Worker left", { worker_id: session.ref.workerId, why });
};

/** The messages for a session until `signal`, a second stream or the end of the coordinator. */
export const streamOf = async function* (
  desk: Desk,
  session: Session,
  signal: AbortSignal,
): AsyncGenerator<FeedMessage, void> {
  if (desk.stopping) throw draining();
  await closeFeed(desk, session, replaced());
  const feed = openFeed(session.profile.protocolVersion > 0 ? desk.streamKeepaliveMs : 0);
  const end = (): void => feed.end();
  session.feed = feed;
  session.lastSeen = desk.now();
  signal.addEventListener("abort", end, { once: true });
  if (session.wanted !== "active") feed.push({ kind: "wanted", state: session.wanted });
  desk.pump.kick();
  try {
    if (!signal.aborted) yield* feed.messages();
  } finally {
    signal.removeEventListener("abort", end);
    if (session.feed === feed) await closeFeed(desk, session);
  }
};
