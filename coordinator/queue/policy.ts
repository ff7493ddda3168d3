/** Every number that the queue goes by. A value, so that tests can make time short. */
import {
  HARD_LIMIT_DEFAULT_MS,
  HEARTBEAT_INTERVAL_MS,
  LEASE_TTL_MS,
} from "../../src/domain/limits.ts";

export type QueuePolicy = {
  /** How long an attempt may stay unmentioned by heartbeats. */
  readonly leaseTtlMs: number;
  /** Attempts of one task that may vanish, and that may end badly in all, before it is dead. */
  readonly maxLost: number;
  readonly maxFailures: number;
  /** Leases of one task, however they end: what is given back again and again must end as well. */
  readonly maxLeases: number;
  /** Wait before the next attempt after a failure report: base x 2^failures, at most cap, x 1..1.25 by chance. */
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  /** For how long a task that is queued again goes rather to others than to the worker that lost or failed it. */
  readonly avoidedMs: number;
  /**
   * Hard limit of an attempt from its start: `factor` x p95, within min..max; `default` below `minSamples`. Before its
   * start an attempt may wait in its node's inbox for `max`.
   */
  readonly hardLimit: {
    readonly factor: number;
    readonly minMs: number;
    readonly maxMs: number;
    readonly defaultMs: number;
    readonly minSamples: number;
    /** How long a replica goes by the figures that it has read. */
    readonly cacheMs: number;
  };
  /** Open tasks (dead ones excepted) and bytes of their inputs. */
  readonly queuedPerOwner: number;
  readonly queuedInAll: number;
  readonly inputBytesPerOwner: number;
  /** What a submission beyond a limit is told to wait. */
  readonly retryAfterMs: number;
  /** Proving time that a task is taken for until its circuit has been measured. */
  readonly unmeasuredCostMs: number;
  /** A worker silent for this long is suspect; for `leaseTtlMs`, gone. */
  readonly suspectAfterMs: number;
  readonly verdictsKeptMs: number;
  readonly attemptsKeptMs: number;
  /** How long a dead task can be revived. */
  readonly deadKeptMs: number;
  readonly workersKeptMs: number;
  /** How long an owner can fetch the results of a job after its last task has ended; practice is nobody's. */
  readonly resultsKeptMs: number;
  readonly practiceKeptMs: number;
  /** Newest proof durations kept per circuit and node class. */
  readonly samplesKept: number;
  /** Wake-ups of one replica are at least this far apart. */
  readonly wakeIntervalMs: number;
};

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** Two heartbeats that did not come, and some time for the way. */
export const suspectAfterMs = (heartbeatIntervalMs: number): number =>
  2 * heartbeatIntervalMs + 10 * SECOND;

export const defaultPolicy: QueuePolicy = {
  leaseTtlMs: LEASE_TTL_MS,
  maxLost: 3,
  maxFailures: 5,
  maxLeases: 20,
  backoffBaseMs: 2 * SECOND,
  backoffCapMs: 10 * MINUTE,
  avoidedMs: 5 * SECOND,
  hardLimit: {
    factor: 4,
    minMs: MINUTE,
    maxMs: 30 * MINUTE,
    defaultMs: HARD_LIMIT_DEFAULT_MS,
    minSamples: 20,
    cacheMs: 30 * SECOND,
  },
  queuedPerOwner: 10_000,
  queuedInAll: 100_000,
  inputBytesPerOwner: 64 * 1024 * 1024,
  retryAfterMs: 30 * SECOND,
  unmeasuredCostMs: SECOND,
  suspectAfterMs: suspectAfterMs(HEARTBEAT_INTERVAL_MS),
  verdictsKeptMs: 7 * DAY,
  attemptsKeptMs: 30 * DAY,
  deadKeptMs: 7 * DAY,
  workersKeptMs: 30 * DAY,
  resultsKeptMs: 90 * DAY,
  practiceKeptMs: 60 * MINUTE,
  samplesKept: 1_000,
  wakeIntervalMs: 25,
};
