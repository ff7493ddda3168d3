/** The workers of this replica by id; one session each, the last one registered. */
import type { AttemptId, TaskId, WorkerId } from "../../src/domain/ids.ts";
import type { SessionRef } from "../queue/queue.ts";
import { livenessOf, proversOf } from "./session.ts";
import type { HeldAttempt, Liveness, LivenessRule, Session } from "./session.ts";

export type WorkerCounts = {
  readonly active: number;
  readonly suspect: number;
  /** Provers of the active workers. */
  readonly provers: number;
};

export type Sessions = {
  readonly all: () => Iterable<Session>;
  readonly of: (workerId: WorkerId) => Session | undefined;
  /** The session, only while it is the worker's current one. */
  readonly current: (ref: SessionRef) => Session | undefined;
  readonly put: (session: Session) => void;
  readonly remove: (session: Session) => void;
  readonly liveness: (session: Session) => Liveness;
  readonly counts: () => WorkerCounts;
  /** An attempt that this worker holds here. */
  readonly held: (workerId: WorkerId, attemptId: AttemptId) => HeldAttempt | undefined;
  /** A seed worker names the task alone. */
  readonly attemptOf: (workerId: WorkerId, taskId: TaskId) => AttemptId | undefined;
};

export const openSessions = (rule: LivenessRule, now: () => number): Sessions => {
  const byWorker = new Map<WorkerId, Session>();
  const liveness = (session: Session): Liveness => livenessOf(session, now(), rule);
  return {
    all: () => byWorker.values(),
    of: (workerId) => byWorker.get(workerId),
    current: (ref) => {
      const session = byWorker.get(ref.workerId);
      return session?.ref.sessionId === ref.sessionId ? session : undefined;
    },
    put: (session) => void byWorker.set(session.ref.workerId, session),
    remove: (session) => {
      if (byWorker.get(session.ref.workerId) === session) byWorker.delete(session.ref.workerId);
    },
    liveness,
    counts: () => {
      const all = [...byWorker.values()].map((session) => ({ session, state: liveness(session) }));
      const active = all.filter(({ state }) => state === "active");
      return {
        active: active.length,
        suspect: all.filter(({ state }) => state === "suspect").length,
        provers: active.reduce((sum, { session }) => sum + proversOf(session), 0),
      };
    },
    held: (workerId, attemptId) => byWorker.get(workerId)?.held.get(attemptId),
    attemptOf: (workerId, taskId) => {
      for (const held of byWorker.get(workerId)?.held.values() ?? []) {
        if (held.taskId === taskId) return held.attemptId;
      }
      return undefined;
    },
  };
};
