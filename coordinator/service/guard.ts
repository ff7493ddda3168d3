/** What strangers and workers may ask how often. Answers RESOURCE_EXHAUSTED with the time after which to try again. */
import { isLocal } from "../access/peer.ts";
import type { Peer } from "../access/peer.ts";
import { openPlaces } from "../access/places.ts";
import { openRate } from "../access/rate.ts";
import { sourceOf } from "../access/source.ts";
import type { Config } from "../config.ts";
import { CoordinatorFailure } from "../failure.ts";
import type { AttemptId, WorkerId } from "../../src/domain/ids.ts";

export type Guard = {
  /** A registration that may enrol somebody new; call what it gives when it did not. */
  readonly enrolment: (peer: Peer) => () => void;
  /** A report of a worker. This machine's own have no limit. */
  readonly report: (workerId: WorkerId, peer: Peer) => void;
  /** A stream of figures; call what it gives when it has ended. */
  readonly watcher: (peer: Peer) => () => void;
  /** Why a proof of this attempt was rejected; undefined = none was, or it is long ago. */
  readonly rejection: (attemptId: AttemptId) => string | undefined;
  /** One wrong proof is looked at per attempt; the next ones get its answer. */
  readonly noteRejection: (attemptId: AttemptId, why: string) => void;
};

export type GuardLimits = Pick<
  Config,
  "max_enrolments_per_hour" | "max_reports_per_minute" | "max_watchers_per_address"
>;

const MINUTE_MS = 60_000;
/** More than a minute's reports of many workers; an older one that comes again is verified again. */
const REJECTIONS_KEPT = 20_000;
/** Watchers come and go: soon there may be a place. */
const WATCHER_RETRY_MS = 10_000;

const exhausted = (problem: string, retryAfterMs: number): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: "exhausted",
    reason: "RATE_LIMITED",
    problem,
    remedy: "ask less often",
    retryAfterMs,
  });

/** `now`: monotonic, ms. */
export const openGuard = (limits: GuardLimits, now: () => number): Guard => {
  const enrolments = openRate({
    limit: limits.max_enrolments_per_hour,
    perMs: 60 * MINUTE_MS,
    now,
  });
  const reports = openRate({ limit: limits.max_reports_per_minute, perMs: MINUTE_MS, now });
  const watchers = openPlaces(limits.max_watchers_per_address);
  const rejections = new Map<AttemptId, string>();
  // A proxy on this machine speaks for everybody, and has limits of its own.
  const exempt = (peer: Peer): boolean => isLocal({ ...peer, forwarded: false });

  return {
    enrolment: (peer) => {
      if (exempt(peer)) return () => undefined;
      const source = sourceOf(peer.address);
      const wait = enrolments.take(source);
      if (wait > 0) throw exhausted("too many new workers came from this address", wait);
      return () => enrolments.putBack(source);
    },
    report: (workerId, peer) => {
      const wait = exempt(peer) ? 0 : reports.take(workerId);
      if (wait > 0) throw exhausted("this worker has sent too many reports", wait);
    },
    watcher: (peer) => {
      const free = watchers.take(peer.address);
      if (free !== undefined) return free;
      throw exhausted("too many streams of figures are open from this address", WATCHER_RETRY_MS);
    },
    rejection: (attemptId) => rejections.get(attemptId),
    noteRejection: (attemptId, why) => {
      rejections.set(attemptId, why);
      const [oldest] = rejections.keys();
      if (rejections.size > REJECTIONS_KEPT && oldest !== undefined) rejections.delete(oldest);
    },
  };
};
