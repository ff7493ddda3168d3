/** What this replica does about attempts that it has given out: frees their slots, gives them back, takes them away. */
import type { Log } from "../log.ts";
import type { Queue } from "../queue/queue.ts";
import type { AttemptId, JobId, WorkerId } from "../../src/domain/ids.ts";
import type { Beats } from "./beats.ts";
import type { Pump } from "./pump.ts";
import { letGo } from "./session.ts";
import type { Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";

/** What happened in this replica that watchers of a job want to know at once. */
export type News =
  | { readonly kind: "assigned"; readonly jobId: JobId }
  | { readonly kind: "progress"; readonly attempts: readonly AttemptId[] };

export type NewsListener = (news: News) => void;

export const tell = ({ listeners }: Pick<Desk, "listeners">, news: News): void => {
  for (const listener of listeners) listener(news);
};

/** What the parts of the dispatcher share. */
export type Desk = {
  readonly queue: Queue;
  readonly sessions: Sessions;
  readonly beats: Beats;
  readonly pump: Pump;
  readonly log: Log;
  /** Monotonic, ms. */
  readonly now: () => number;
  readonly heartbeatIntervalMs: number;
  readonly leaseTtlMs: number;
  readonly streamKeepaliveMs: number;
  /** The last registration under way of each worker. */
  readonly registering: Map<WorkerId, Promise<unknown>>;
  readonly listeners: Set<NewsListener>;
  /** Set once, by `drain`: nothing new from now on. */
  stopping: boolean;
};

/** Their slots are free, and heartbeats that still wait for them are forgotten. */
export const free = (desk: Desk, session: Session, attempts: readonly AttemptId[]): void => {
  for (const attemptId of attempts) {
    letGo(session, attemptId);
    desk.beats.drop(attemptId);
  }
  if (attempts.length > 0) desk.pump.kick();
};

export type GivenBack = {
  readonly session: Session;
  readonly attempts: readonly AttemptId[];
  readonly reason: string;
};

/** Queues attempts of a session again at once, uncounted. Fenced by the session: a later one keeps what it holds. */
export const giveBack = async (desk: Desk, given: GivenBack): Promise<void> => {
  const { session, attempts, reason } = given;
  if (attempts.length === 0) return;
  free(desk, session, attempts);
  await desk.queue.release(session.ref, attempts, reason);
  desk.log.info("Attempts given back", { worker_id: session.ref.workerId, attempts, reason });
};

/** Attempts that another replica has given their verdicts: their slots are free. Their workers know. */
export const settledElsewhere = (desk: Desk, attempts: readonly AttemptId[]): void => {
  for (const session of desk.sessions.all()) {
    free(
      desk,
      session,
      attempts.filter((attemptId) => session.held.has(attemptId)),
    );
  }
};

/** Attempts that are no longer their workers': cancelled, expired or given to others. Tells those connected here. */
export const takeAway = (desk: Desk, attempts: readonly AttemptId[]): void => {
  if (attempts.length === 0) return;
  const gone = new Set(attempts);
  for (const session of desk.sessions.all()) {
    const lost = [...session.held.keys()].filter((attemptId) => gone.has(attemptId));
    if (lost.length === 0) continue;
    for (const attemptId of lost) session.lost.add(attemptId);
    free(desk, session, lost);
    if (session.profile.protocolVersion > 0) session.feed?.push({ kind: "cancel", attempts: lost });
  }
};
