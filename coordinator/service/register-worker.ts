/** RegisterWorker: enrols a worker or renews its session; it takes over what it still holds. */
import { randomBytes } from "node:crypto";
import type { HandlerContext } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { hashKey } from "../queue/keys.ts";
import type { RegistrationOutcome } from "../dispatch/register.ts";
import type { WorkerProfile } from "../dispatch/session.ts";
import { CoordinatorFailure, invalidField } from "../failure.ts";
import { curves } from "../../src/domain/circuit.ts";
import { circuitId } from "../../src/domain/ids.ts";
import type { CircuitId, WorkerId } from "../../src/domain/ids.ts";
import { PROTOCOL_VERSION } from "../../src/domain/limits.ts";
import type {
  RegisterWorkerRequest,
  RegisterWorkerResponseSchema,
} from "../../src/gen/coordinator_pb.ts";
import { bearerOf, legacyTokenHash, mayBeLegacy } from "./caller.ts";
import {
  atMost,
  attemptField,
  between,
  circuitField,
  line,
  shown,
  taskField,
  wide,
  workerField,
} from "./fields.ts";
import { peerKey } from "./services.ts";
import type { Services } from "./services.ts";

type Response = MessageInitShape<typeof RegisterWorkerResponseSchema>;

const MAX_CONCURRENT_TASKS = 256;
const MAX_HELD_ATTEMPTS = 1_024;
const MAX_CIRCUITS = 1_024;
const MAX_CAPABILITIES = 64;
const MAX_CAPABILITY_CHARACTERS = 8_192;
const MAX_TOKEN_CHARACTERS = 256;
/** Workers below this are refused; 0 = the seed's kind still works. */
const MINIMUM_PROTOCOL_VERSION = 0;
const TOKEN_BYTES = 32;

/** Names that the seed's workers use. */
const aliases: Readonly<Record<string, string>> = {
  merkle: "merkle_proof",
  range: "range_proof",
  addition_proof: "addition",
};

/** `capabilities.circuits`: "*", or a comma list of circuits and the seed's short names; absent = any. */
export const parseCircuits = (list: string | undefined): "*" | readonly CircuitId[] => {
  const names = (list ?? "*")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (names.includes("*") || names.length === 0) return "*";
  return atMost("capabilities.circuits", names, MAX_CIRCUITS).map((name) => {
    const id = circuitId(aliases[name] ?? name);
    if (id !== undefined) return id;
    throw invalidField(
      "capabilities.circuits",
      shown(name),
      'a comma list of circuit ids such as "merkle_proof,addition", or "*"',
    );
  });
};

/** The power-of-two bucket of a self-test time: 0 = not run, 1 = 1 ms, 11 = 1024..2047 ms. */
export const nodeClassOf = (selfTestMs: number): number =>
  selfTestMs === 0 ? 0 : Math.floor(Math.log2(selfTestMs)) + 1;

/** The seed's workers do not say; what its guide lists is BN254 first, and all three of its circuits are on it. */
const parseCurves = (request: RegisterWorkerRequest): readonly string[] => {
  if (request.protocolVersion === 0 && request.curves.length === 0) return ["bn128"];
  if (request.curves.length === 0) {
    throw invalidField("curves", "an empty list", `at least one of ${curves.join(", ")}`);
  }
  for (const [index, curve] of request.curves.entries()) {
    if (curves.some((known) => known === curve)) continue;
    throw invalidField(`curves[${index}]`, shown(curve), `one of ${curves.join(", ")}`);
  }
  return request.curves;
};

/** What a worker says of itself, checked. Throws CoordinatorFailure that names the field. */
export const profileOf = (request: RegisterWorkerRequest): WorkerProfile => {
  const range = [1, MAX_CONCURRENT_TASKS] as const;
  const denied = atMost("denied_circuits", request.deniedCircuits, MAX_CIRCUITS);
  return {
    protocolVersion: request.protocolVersion,
    buildVersion: line("build_version", request.buildVersion, 128),
    circuits: parseCircuits(request.capabilities.circuits),
    curves: parseCurves(request),
    deniedCircuits: denied.map((id, index) => circuitField(`denied_circuits[${index}]`, id)),
    memoryBudgetBytes: wide("memory_budget_bytes", request.memoryBudgetBytes, [
      0,
      Number.MAX_SAFE_INTEGER,
    ]),
    nodeClass: nodeClassOf(request.selfTestMs),
    maxConcurrentTasks: between("max_concurrent_tasks", request.maxConcurrentTasks, range),
  };
};

const checkCapabilities = (request: RegisterWorkerRequest): void => {
  const entries = atMost("capabilities", Object.entries(request.capabilities), MAX_CAPABILITIES);
  for (const [key, value] of entries) {
    line(`capabilities.${shown(key)}`, value, MAX_CAPABILITY_CHARACTERS);
  }
};

type Token = {
  readonly presented: Uint8Array | undefined;
  readonly fresh: Uint8Array;
  /** Given to the worker when it is new. */
  readonly text: string;
};

/** The token that came, or a fresh one; for a worker of the seed's kind what stands for it. */
const tokenOf = (
  services: Services,
  request: RegisterWorkerRequest,
  context: HandlerContext,
): Token => {
  const bearer = bearerOf(context);
  const given = line(
    "worker_token",
    bearer === "" ? request.workerToken : bearer,
    MAX_TOKEN_CHARACTERS,
  );
  if (given !== "") return { presented: hashKey(given), fresh: hashKey(given), text: "" };
  if (request.protocolVersion > 0) {
    const text = randomBytes(TOKEN_BYTES).toString("base64url");
    return { presented: undefined, fresh: hashKey(text), text };
  }
  if (!mayBeLegacy(services.settings, context)) {
    throw new CoordinatorFailure({
      kind: "unauthenticated",
      reason: "LEGACY_WORKER_REFUSED",
      field: "authorization",
      problem: "a worker without a protocol version came without a token",
      remedy:
        'send "authorization: Bearer <token of your choice>", or have ALLOW_LEGACY_WORKERS=always set',
    });
  }
  const workerId = workerField("worker_id", request.workerId);
  if (services.dispatch.sessions.of(workerId)?.feed !== undefined) throw live(workerId);
  const stand = legacyTokenHash(services.settings, workerId);
  return { presented: stand, fresh: stand, text: "" };
};

const live = (workerId: WorkerId): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: "exists",
    reason: "WORKER_LIVE",
    field: "worker_id",
    problem: `a worker "${workerId}" is connected, and without a token nothing shows that this is the same one`,
    remedy: "choose another worker_id, or close the other worker's stream first",
  });

const heldOf = (services: Services, request: RegisterWorkerRequest, workerId: WorkerId) => {
  const named = atMost("held_attempts", request.heldAttempts, MAX_HELD_ATTEMPTS).map(
    (held, index) => ({
      attemptId: attemptField(`held_attempts[${index}].attempt_id`, held.attemptId),
      taskId: taskField(`held_attempts[${index}].task_id`, held.taskId),
      ticket: held.ticket,
    }),
  );
  const holds = (held: (typeof named)[number]): boolean =>
    services.tickets.holds({ ...held, workerId }, held.ticket);
  return { right: named.filter(holds), wrong: named.filter((held) => !holds(held)) };
};

const refused = (workerId: WorkerId): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: "unauthenticated",
    reason: "WORKER_TOKEN_WRONG",
    field: "worker_id",
    problem: `"${workerId}" is enrolled with another token`,
    remedy: "send the worker_token of its first registration, or choose another worker_id",
  });

export const registerWorker =
  (services: Services) =>
  async (request: RegisterWorkerRequest, context: HandlerContext): Promise<Response> => {
    const workerId = workerField("worker_id", request.workerId);
    between("protocol_version", request.protocolVersion, [MINIMUM_PROTOCOL_VERSION, 2 ** 31]);
    checkCapabilities(request);
    const profile = profileOf(request);
    const token = tokenOf(services, request, context);
    const held = heldOf(services, request, workerId);
    const wasKnown = services.guard.enrolment(context.values.get(peerKey));
    const outcome = await services.dispatch.register({
      workerId,
      profile,
      tokenHash: token.presented,
      freshTokenHash: token.fresh,
      capabilities: request.capabilities,
      heldAttempts: held.right,
    });
    if (outcome.outcome !== "enrolled") wasKnown();
    if (outcome.outcome === "refused") throw refused(workerId);
    services.log.info("Worker registered", {
      worker_id: workerId,
      outcome: outcome.outcome,
      max_concurrent_tasks: profile.maxConcurrentTasks,
      protocol_version: Math.min(profile.protocolVersion, PROTOCOL_VERSION),
      build_version: profile.buildVersion,
      adopted: outcome.session.held.size,
      lost: outcome.lost.length,
    });
    const wrong = held.wrong.map((one) => one.attemptId);
    return answer(services, outcome, { token: token.text, lost: [...outcome.lost, ...wrong] });
  };

const answer = (
  services: Services,
  outcome: Exclude<RegistrationOutcome, { readonly outcome: "refused" }>,
  more: { readonly token: string; readonly lost: readonly string[] },
): Response => ({
  success: true,
  message: outcome.outcome === "enrolled" ? "welcome" : "welcome back",
  sessionId: outcome.session.ref.sessionId,
  workerToken: outcome.outcome === "enrolled" ? more.token : "",
  heartbeatIntervalMs: services.settings.heartbeatIntervalMs,
  leaseTtlMs: services.settings.leaseTtlMs,
  streamKeepaliveMs: services.settings.streamKeepaliveMs,
  lostAttempts: [...more.lost],
  minimumProtocolVersion: MINIMUM_PROTOCOL_VERSION,
  coordinatorVersion: services.settings.version,
  receiptPublicKey: services.receiptKey.public,
});
