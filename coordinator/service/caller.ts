/** Who calls, and whether they may: owners and administrators by key, workers by ticket, token or session. */
import type { HandlerContext } from "@connectrpc/connect";
import { sameHash } from "../access/keys.ts";
import { hashKey } from "../queue/keys.ts";
import type { Access } from "../queue/keys.ts";
import { allowsLegacy } from "../access/peer.ts";
import type { Session } from "../dispatch/session.ts";
import { CoordinatorFailure } from "../failure.ts";
import { createHmac } from "node:crypto";
import type { AttemptId, TaskId, WorkerId } from "../../src/domain/ids.ts";
import { attemptField, taskField, workerField } from "./fields.ts";
import { peerKey } from "./services.ts";
import type { Services, ServiceSettings } from "./services.ts";

const unauthenticated = (problem: string, remedy: string): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: "unauthenticated",
    reason: "UNAUTHENTICATED",
    field: "authorization",
    problem,
    remedy,
  });

/** The token of `authorization: Bearer`; "" = no such header. A header of another form is refused, not passed over. */
export const bearerOf = (context: HandlerContext): string => {
  const header = context.requestHeader.get("authorization")?.trim() ?? "";
  if (header === "") return "";
  const token = /^bearer +(\S+)$/iu.exec(header)?.[1];
  if (token !== undefined) return token;
  throw unauthenticated(
    "the header has another form",
    'it must be "Bearer <token>", the token without spaces',
  );
};

const keyRemedy =
  'send "authorization: Bearer <key>"; the key is in keys/owner.key of the coordinator\'s data folder';

/** The owner whose key came with the call; an administrator's key counts as well. */
export const requireOwner = async (
  services: Pick<Services, "keys">,
  context: HandlerContext,
): Promise<Access> => {
  const key = bearerOf(context);
  if (key === "") throw unauthenticated("no key came with the call", keyRemedy);
  const caller = await services.keys.find(key);
  if (caller === undefined) throw unauthenticated("the key is not known here", keyRemedy);
  return caller;
};

/** The administrator. */
export const requireAdmin = async (
  services: Pick<Services, "keys">,
  context: HandlerContext,
): Promise<Access> => {
  const caller = await requireOwner(services, context);
  if (caller.kind === "admin") return caller;
  throw new CoordinatorFailure({
    kind: "forbidden",
    reason: "ADMIN_ONLY",
    field: "authorization",
    problem: "an owner's key came with the call",
    remedy: "use the administrator's key, in keys/admin.key of the coordinator's data folder",
  });
};

/** Whether a call may come without any token, as the seed's workers do. */
export const mayBeLegacy = (settings: ServiceSettings, context: HandlerContext): boolean =>
  allowsLegacy(settings.legacyWorkers, context.values.get(peerKey));

/** What stands for the token of a legacy worker: it can register again under its id, and nobody with a token can be it. */
export const legacyTokenHash = (settings: ServiceSettings, workerId: WorkerId): Uint8Array =>
  createHmac("sha256", settings.legacySecret).update(`legacy worker\n${workerId}`).digest();

export type WorkerClaim = {
  readonly workerId: WorkerId;
  /** In the message; the header wins. "" = none. */
  readonly token: string;
  /** "" = none. */
  readonly sessionId: string;
};

export type WorkerStanding =
  | { readonly known: true; readonly session: Session }
  /** Nothing is known of it here: it has to register (again). */
  | { readonly known: false };

const wrongToken = (): CoordinatorFailure =>
  unauthenticated(
    "the token does not belong to this worker_id",
    "send the worker_token of the first registration, or register under another worker_id",
  );

/** The session of a worker: shown by its token, by the id of its session (a secret of the two), or as a legacy worker. */
export const standingOf = (
  services: Pick<Services, "dispatch" | "settings">,
  context: HandlerContext,
  claim: WorkerClaim,
): WorkerStanding => {
  const session = services.dispatch.sessions.of(claim.workerId);
  if (session === undefined) return { known: false };
  if (claim.sessionId !== "" && claim.sessionId !== session.ref.sessionId) return { known: false };
  const bearer = bearerOf(context);
  const token = bearer === "" ? claim.token : bearer;
  if (token !== "") {
    if (!sameHash(hashKey(token), session.tokenHash)) throw wrongToken();
    return { known: true, session };
  }
  if (claim.sessionId !== "") return { known: true, session };
  const legacy = legacyTokenHash(services.settings, claim.workerId);
  if (sameHash(legacy, session.tokenHash) && mayBeLegacy(services.settings, context)) {
    return { known: true, session };
  }
  throw unauthenticated(
    "neither token nor session id came with the call",
    'send the worker token as "authorization: Bearer" or the session_id of the registration',
  );
};

export type AttemptClaim = {
  readonly workerId: WorkerId;
  readonly taskId: TaskId;
  /** "" from a worker that knows only the seed's fields. */
  readonly attemptId: AttemptId | "";
  readonly ticket: Uint8Array;
};

/**
 * Whether the call may speak for an attempt: its ticket proves it, also after a restart of the coordinator. A worker of
 * the seed's kind names neither; it must be known here, and the queue asks that it was given the task. Half a claim is
 * none: an invented attempt must not pass as a session's.
 */
export const requireAttempt = (
  services: Pick<Services, "dispatch" | "settings" | "tickets">,
  context: HandlerContext,
  claim: AttemptClaim,
): void => {
  const { attemptId, ticket, taskId, workerId } = claim;
  if (attemptId === "" && ticket.length === 0) {
    const standing = standingOf(services, context, { workerId, token: "", sessionId: "" });
    if (!standing.known) throw unknownSession();
    return;
  }
  if (attemptId !== "" && services.tickets.holds({ taskId, attemptId, workerId }, ticket)) return;
  throw new CoordinatorFailure({
    kind: "unauthenticated",
    reason: "TICKET_INVALID",
    field: "ticket",
    problem: "the ticket is not that of this task, attempt and worker",
    remedy: "send the attempt_id and the ticket that came with the assignment",
  });
};

/**
 * As `requireAttempt`, but a worker of the seed's kind may also report a proof when the coordinator has restarted and
 * does not know it yet: the proof stands for itself, and the queue asks that this worker was given the task.
 */
export const requireReporter = (
  services: Pick<Services, "dispatch" | "settings" | "tickets">,
  context: HandlerContext,
  claim: AttemptClaim,
): void => {
  const stranger = services.dispatch.sessions.of(claim.workerId) === undefined;
  const ticketless = claim.attemptId === "" && claim.ticket.length === 0;
  if (stranger && ticketless && mayBeLegacy(services.settings, context)) return;
  requireAttempt(services, context, claim);
};

export const unknownSession = (): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: "precondition",
    reason: "SESSION_UNKNOWN",
    field: "worker_id",
    problem: "this worker has no such session here",
    remedy: "call RegisterWorker and keep what you hold",
  });

/** The fields that every call about an attempt has, checked. */
export const attemptClaim = (request: {
  readonly taskId: string;
  readonly workerId: string;
  readonly attemptId: string;
  readonly ticket: Uint8Array;
}): AttemptClaim => ({
  workerId: workerField("worker_id", request.workerId),
  taskId: taskField("task_id", request.taskId),
  attemptId: request.attemptId === "" ? "" : attemptField("attempt_id", request.attemptId),
  ticket: request.ticket,
});
