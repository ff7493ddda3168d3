/**
 * One registration of one worker as this replica knows it: what it may take, what it holds, when it was last heard.
 * State of this process only; the leases themselves are rows.
 */
import type { AttemptId, CircuitId, TaskId } from "../../src/domain/ids.ts";
import type { Intake } from "../../src/domain/session.ts";
import type { Stage } from "../../src/domain/task.ts";
import type { LeaseWant, SessionRef } from "../queue/queue.ts";
import type { Feed, WantedState } from "./feed.ts";

/** What a worker said of itself when it registered. */
export type WorkerProfile = {
  /** 0 = knows only the seed's fields. */
  readonly protocolVersion: number;
  readonly buildVersion: string;
  readonly circuits: "*" | readonly CircuitId[];
  readonly curves: readonly string[];
  readonly deniedCircuits: readonly CircuitId[];
  /** 0 = unknown. */
  readonly memoryBudgetBytes: number;
  /** Power-of-two bucket of the self-test time; 0 = not measured. */
  readonly nodeClass: number;
  readonly maxConcurrentTasks: number;
};

/** An attempt that occupies a slot of its worker. */
export type HeldAttempt = {
  readonly attemptId: AttemptId;
  readonly taskId: TaskId;
  /** Monotonic ms; when it was put on the stream or adopted. */
  readonly since: number;
  readonly stage: Stage;
  readonly progress: number;
  /** Heartbeats in a row that did not name it. */
  readonly unnamed: number;
};

export type Session = {
  readonly ref: SessionRef;
  readonly profile: WorkerProfile;
  /** SHA-256 of the worker's token; of a legacy worker without one, what stands for it. */
  readonly tokenHash: Uint8Array;
  readonly held: Map<AttemptId, HeldAttempt>;
  /** Attempts settled lately: a heartbeat built before its verdict may still name them. */
  readonly settled: Set<AttemptId>;
  /** Attempts taken from this worker that it has not been told of in a heartbeat's answer. */
  readonly lost: Set<AttemptId>;
  feed: Feed | undefined;
  state: Intake;
  wanted: WantedState;
  /** How many tasks it takes now. */
  slots: number;
  lastSequence: bigint;
  /** Monotonic ms. */
  lastSeen: number;
  /** Longest lately observed pause between two signs of life, ms. */
  pause: number;
  /** Monotonic ms before which it gets nothing new, after failures. */
  restUntil: number;
  failuresInARow: number;
  metrics: SessionMetrics;
};

/** What the worker said of itself in its last heartbeat. Its results are counted by their verdicts instead. */
export type SessionMetrics = {
  readonly activeTasks: number;
  readonly queuedTasks: number;
  readonly streamOpenMs: number;
};

/** Settled attempts remembered per session: more than a worker can have in flight. */
const SETTLED_KEPT = 512;
/** After a failure a worker rests this long, doubled for each one in a row, so that one bad pair does not spin. */
const REST_MS = 500;
const REST_MAX_MS = 30_000;
/** Silence beyond two expected pauses that is still forgiven. */
const SUSPECT_GRACE_MS = 10_000;
/** The longest heartbeat interval that a worker may set. */
const PAUSE_MAX_MS = 60_000;
/** How much of an earlier pause is kept at each shorter one. */
const PAUSE_DECAY = 0.8;

export type NewSessionFacts = Pick<Session, "ref" | "profile" | "tokenHash"> & {
  readonly now: number;
  readonly heartbeatIntervalMs: number;
};

export const newSession = (facts: NewSessionFacts): Session => ({
  ref: facts.ref,
  profile: facts.profile,
  tokenHash: facts.tokenHash,
  held: new Map(),
  settled: new Set(),
  lost: new Set(),
  feed: undefined,
  state: "active",
  wanted: "active",
  slots: facts.profile.maxConcurrentTasks,
  lastSequence: -1n,
  lastSeen: facts.now,
  pause: facts.heartbeatIntervalMs,
  restUntil: 0,
  failuresInARow: 0,
  metrics: { activeTasks: 0, queuedTasks: 0, streamOpenMs: 0 },
});

/** A sign of life: learns how often this worker speaks. */
export const seen = (session: Session, now: number): void => {
  const gap = Math.min(now - session.lastSeen, PAUSE_MAX_MS);
  session.pause = Math.max(gap, session.pause * PAUSE_DECAY + gap * (1 - PAUSE_DECAY));
  session.lastSeen = now;
};

export type Liveness = "active" | "suspect" | "gone";

export type LivenessRule = { readonly heartbeatIntervalMs: number; readonly leaseTtlMs: number };

/** Suspect after two intervals and 10 s of silence, gone after the lease TTL. */
export const livenessOf = (session: Session, now: number, rule: LivenessRule): Liveness => {
  const silence = now - session.lastSeen;
  if (silence > rule.leaseTtlMs) return "gone";
  const expected = Math.max(rule.heartbeatIntervalMs, session.pause);
  return silence > 2 * expected + SUSPECT_GRACE_MS ? "suspect" : "active";
};

/** How many attempts it may be given now. */
export const freeSlots = (session: Session, now: number): number => {
  const takes =
    session.feed !== undefined &&
    session.state === "active" &&
    session.wanted === "active" &&
    now >= session.restUntil;
  return takes ? Math.max(0, session.slots - session.held.size) : 0;
};

export type WantFrame = {
  readonly slots: number;
  /** Circuits whose files this replica has: it cannot give out, nor judge, any other. */
  readonly served: readonly CircuitId[];
};

export const wantOf = (session: Session, { slots, served }: WantFrame): LeaseWant => ({
  worker: session.ref,
  slots,
  circuits: servedOf(session.profile.circuits, served),
  curves: session.profile.curves,
  deniedCircuits: session.profile.deniedCircuits,
  memoryBudgetBytes: session.profile.memoryBudgetBytes,
  nodeClass: session.profile.nodeClass,
});

const servedOf = (
  circuits: WorkerProfile["circuits"],
  served: readonly CircuitId[],
): readonly CircuitId[] =>
  circuits === "*" ? served : circuits.filter((circuit) => served.includes(circuit));

/** The slot is free: its attempt has a verdict, or was returned, cancelled or lost. */
export const letGo = (session: Session, attemptId: AttemptId): boolean => {
  session.settled.add(attemptId);
  if (session.settled.size > SETTLED_KEPT) {
    const [oldest] = session.settled;
    if (oldest !== undefined) session.settled.delete(oldest);
  }
  return session.held.delete(attemptId);
};

/** Rests after a bad result, longer each time; a good one ends it. */
export const judge = (session: Session, good: boolean, now: number): void => {
  session.failuresInARow = good ? 0 : session.failuresInARow + 1;
  const rest = good ? 0 : Math.min(REST_MS * 2 ** (session.failuresInARow - 1), REST_MAX_MS);
  session.restUntil = now + rest;
};

/** Provers behind its slots: our nodes ask for one more task than they prove at once. */
export const proversOf = (session: Session): number =>
  session.profile.protocolVersion === 0 ? session.slots : Math.max(1, session.slots - 1);
