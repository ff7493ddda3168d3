/** What a heartbeat changes: memory only. Leases follow by the next flush. */
import type { AttemptId } from "../../src/domain/ids.ts";
import type { Intake } from "../../src/domain/session.ts";
import type { Stage } from "../../src/domain/task.ts";
import type { Beats } from "./beats.ts";
import type { WantedState } from "./feed.ts";
import { seen } from "./session.ts";
import type { HeldAttempt, Session, SessionMetrics } from "./session.ts";

export type Heartbeat = {
  readonly sequence: bigint;
  readonly state: Intake;
  readonly stateReason: string;
  readonly attempts: readonly NamedAttempt[];
  readonly returned: readonly AttemptId[];
  readonly metrics: SessionMetrics | undefined;
  /** 0 = as registered. */
  readonly slots: number;
};

export type NamedAttempt = {
  readonly attemptId: AttemptId;
  readonly stage: Stage;
  readonly progress: number;
};

export type HeartbeatAnswer = {
  readonly lost: readonly AttemptId[];
  readonly wanted: WantedState;
};

/** What the caller has to do about attempts: give back, or take back because the worker never got them. */
export type HeartbeatEffects = {
  readonly answer: HeartbeatAnswer;
  readonly returned: readonly AttemptId[];
  readonly unknownToWorker: readonly AttemptId[];
};

/** Heartbeats in a row that must not name an attempt before it counts as never arrived. */
const UNNAMED_LIMIT = 2;
/** And it must be this old, so that a heartbeat which was on its way during the assignment proves nothing. */
const UNNAMED_AGE_MS = 10_000;

export type BeatContext = { readonly beats: Beats; readonly now: number };

/** Applies a heartbeat of the session's own worker. An old one (by sequence) only says that the worker lived. */
export const applyHeartbeat = (
  session: Session,
  beat: Heartbeat,
  context: BeatContext,
): HeartbeatEffects => {
  seen(session, context.now);
  const seed = session.profile.protocolVersion === 0;
  if (!seed && beat.sequence <= session.lastSequence) {
    return { answer: answerFor(session, []), returned: [], unknownToWorker: [] };
  }
  session.lastSequence = beat.sequence;
  session.state = beat.state;
  if (beat.slots > 0) session.slots = beat.slots;
  if (beat.metrics !== undefined) session.metrics = beat.metrics;
  const returned = beat.returned.filter((attemptId) => session.held.has(attemptId));
  if (seed) {
    for (const held of session.held.values()) extend(session, held, context.beats);
    return { answer: answerFor(session, []), returned, unknownToWorker: [] };
  }
  const foreign = beat.attempts.filter((named) => !take(session, named, context.beats));
  return {
    answer: answerFor(
      session,
      foreign.map((named) => named.attemptId),
    ),
    returned,
    unknownToWorker: countUnnamed(session, beat, context.now),
  };
};

const extend = (session: Session, held: HeldAttempt, beats: Beats): void => {
  const { attemptId, stage, progress } = held;
  beats.add({ attemptId, worker: session.ref, stage, progress });
};

/** False when the attempt is not this worker's. */
const take = (session: Session, named: NamedAttempt, beats: Beats): boolean => {
  const held = session.held.get(named.attemptId);
  if (held === undefined) return session.settled.has(named.attemptId);
  const { stage, progress } = named;
  const updated: HeldAttempt = { ...held, stage, progress, unnamed: 0 };
  session.held.set(named.attemptId, updated);
  extend(session, updated, beats);
  return true;
};

/** The attempts that several heartbeats should have named and did not: their assignment never arrived. */
const countUnnamed = (session: Session, beat: Heartbeat, now: number): readonly AttemptId[] => {
  const named = new Set([...beat.attempts.map((one) => one.attemptId), ...beat.returned]);
  const missing: AttemptId[] = [];
  for (const held of session.held.values()) {
    if (named.has(held.attemptId)) continue;
    const unnamed = held.unnamed + 1;
    session.held.set(held.attemptId, { ...held, unnamed });
    if (unnamed >= UNNAMED_LIMIT && now - held.since > UNNAMED_AGE_MS) missing.push(held.attemptId);
  }
  return missing;
};

const answerFor = (session: Session, foreign: readonly AttemptId[]): HeartbeatAnswer => {
  const lost = [...new Set([...session.lost, ...foreign])];
  session.lost.clear();
  return { lost, wanted: session.wanted };
};
