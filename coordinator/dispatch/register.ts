/** Registration of a worker: a new session takes over what the worker still holds. */
import { randomBytes } from "node:crypto";
import type { AttemptId, TaskId, WorkerId } from "../../src/domain/ids.ts";
import type { SessionRef } from "../queue/queue.ts";
import type { Desk } from "./attempts.ts";
import { newSession } from "./session.ts";
import type { Session, WorkerProfile } from "./session.ts";
import { closeFeed, draining, replaced } from "./stream.ts";

export type WorkerRegistration = {
  readonly workerId: WorkerId;
  readonly profile: WorkerProfile;
  /** SHA-256 of what came as a token, and of what a new worker gets. */
  readonly tokenHash: Uint8Array | undefined;
  readonly freshTokenHash: Uint8Array;
  readonly capabilities: Readonly<Record<string, string>>;
  /** Those with a right ticket. */
  readonly heldAttempts: readonly { readonly attemptId: AttemptId; readonly taskId: TaskId }[];
};

export type RegistrationOutcome =
  | { readonly outcome: "refused" }
  | {
      readonly outcome: "enrolled" | "renewed";
      readonly session: Session;
      readonly lost: readonly AttemptId[];
    };

const SESSION_ID_BYTES = 16;

/** One registration of a worker at a time: the session that the database knows last is the one kept here. */
const inTurn = async <Result>(
  desk: Desk,
  workerId: WorkerId,
  work: () => Promise<Result>,
): Promise<Result> => {
  const before = desk.registering.get(workerId) ?? Promise.resolve();
  const mine = before.then(work, work);
  desk.registering.set(workerId, mine);
  try {
    return await mine;
  } finally {
    if (desk.registering.get(workerId) === mine) desk.registering.delete(workerId);
  }
};

/** Ends the session before, if there is one; resolves when no lease for it is under way any more. */
const supersede = async (desk: Desk, before: Session | undefined): Promise<void> => {
  if (before === undefined) return;
  desk.sessions.remove(before);
  await closeFeed(desk, before, replaced());
  await desk.pump.settled();
};

type Candidate = { readonly attemptId: AttemptId; readonly taskId: TaskId };

const adopt = async (
  desk: Desk,
  session: Session,
  candidates: readonly Candidate[],
): Promise<readonly AttemptId[]> => {
  const outcome = await desk.queue.adopt(
    session.ref,
    candidates.map((one) => one.attemptId),
  );
  const adopted = new Set(outcome.adopted);
  for (const { attemptId, taskId } of candidates) {
    if (!adopted.has(attemptId)) continue;
    const since = desk.now();
    session.held.set(attemptId, {
      attemptId,
      taskId,
      since,
      stage: "waiting",
      progress: 0,
      unnamed: 0,
    });
  }
  return outcome.lost;
};

/** See Dispatch.register. */
export const registerWorker = async (
  desk: Desk,
  registration: WorkerRegistration,
): Promise<RegistrationOutcome> =>
  inTurn(desk, registration.workerId, async () => {
    if (desk.stopping) throw draining();
    const { workerId, profile } = registration;
    const ref: SessionRef = { workerId, sessionId: randomBytes(SESSION_ID_BYTES).toString("hex") };
    const { outcome } = await desk.queue.registerWorker({
      ...ref,
      tokenHash: registration.tokenHash,
      freshTokenHash: registration.freshTokenHash,
      capabilities: registration.capabilities,
      maxConcurrentTasks: profile.maxConcurrentTasks,
      buildVersion: profile.buildVersion,
    });
    if (outcome === "refused") return { outcome };
    const before = desk.sessions.of(workerId);
    await supersede(desk, before);
    const tokenHash = registration.tokenHash ?? registration.freshTokenHash;
    const { heartbeatIntervalMs } = desk;
    const session = newSession({ ref, profile, tokenHash, now: desk.now(), heartbeatIntervalMs });
    // A seed worker cannot say what it holds: what this process knows of it goes on; after a restart the leases run out.
    const seed = profile.protocolVersion === 0;
    const candidates = seed ? [...(before?.held.values() ?? [])] : registration.heldAttempts;
    const lost = seed && candidates.length === 0 ? [] : await adopt(desk, session, candidates);
    desk.sessions.put(session);
    return { outcome, session, lost };
  });
