/** RegisterWorker, between the message and the words. */
import { create } from "@bufbuild/protobuf";
import { hexToBytes } from "@noble/hashes/utils.js";
import { NodeFailure } from "../domain/failure.ts";
import { attemptId, sessionId } from "../domain/ids.ts";
import type { AttemptId } from "../domain/ids.ts";
import {
  HEARTBEAT_INTERVAL_MS,
  LEASE_TTL_MS,
  PROTOCOL_VERSION,
  STREAM_KEEPALIVE_MS,
} from "../domain/limits.ts";
import type { Offer, Registration } from "../domain/session.ts";
import { RegisterWorkerRequestSchema } from "../gen/coordinator_pb.ts";
import type { RegisterWorkerRequest, RegisterWorkerResponse } from "../gen/coordinator_pb.ts";

/** An offer as the message. */
export const toRegisterRequest = (offer: Offer): RegisterWorkerRequest =>
  create(RegisterWorkerRequestSchema, {
    workerId: offer.workerId,
    maxConcurrentTasks: offer.slots,
    capabilities: capabilitiesOf(offer),
    protocolVersion: PROTOCOL_VERSION,
    buildVersion: offer.buildVersion,
    curves: [...offer.curves],
    engine: offer.engine,
    cores: offer.cores,
    selfTestMs: offer.selfTestMs,
    memoryBudgetBytes: BigInt(Math.floor(offer.memoryBudgetBytes)),
    cachedZkeys: offer.cachedZkeys.map((digest) => hexToBytes(digest)),
    heldAttempts: offer.held.map((held) => ({
      attemptId: held.attemptId,
      taskId: held.taskId,
      ticket: held.ticket,
    })),
    workerToken: offer.token,
    deniedCircuits: [...offer.deniedCircuits],
  });

/** By the original worker's map of texts: what has no field of its own, and no value where there is nothing to say. */
const capabilitiesOf = ({ kernels }: Offer): Readonly<Record<string, string>> =>
  kernels.length === 0 ? { circuits: "*" } : { circuits: "*", kernels: kernels.join(",") };

/**
 * The answer to a registration. A coordinator that speaks only the original fields gets the defaults.
 *
 * @throws NodeFailure "refused" when the coordinator said no or wants a newer protocol, "malformed_message" for a
 * session id that is none.
 */
export const fromRegisterResponse = (response: RegisterWorkerResponse): Registration => {
  if (!response.success) {
    throw new NodeFailure("refused", `registration rejected: ${response.message}`);
  }
  if (response.minimumProtocolVersion > PROTOCOL_VERSION) {
    throw new NodeFailure(
      "refused",
      `the coordinator wants protocol version ${response.minimumProtocolVersion} or newer, this page speaks ` +
        `${PROTOCOL_VERSION}: reload the page`,
    );
  }
  const session = sessionId(response.sessionId);
  if (session === undefined) {
    throw new NodeFailure(
      "malformed_message",
      `session_id ${JSON.stringify(response.sessionId.slice(0, 80))}: expected 1..64 of [A-Za-z0-9_-]`,
    );
  }
  return {
    sessionId: session,
    token: response.workerToken,
    heartbeatIntervalMs: durationOr(response.heartbeatIntervalMs, HEARTBEAT_INTERVAL_MS),
    leaseTtlMs: durationOr(response.leaseTtlMs, LEASE_TTL_MS),
    streamKeepaliveMs: durationOr(response.streamKeepaliveMs, STREAM_KEEPALIVE_MS),
    lost: attemptIds(response.lostAttempts),
    coordinatorVersion: response.coordinatorVersion,
    receiptKey: response.receiptPublicKey,
  };
};

/** Those that have the form of an attempt id; this node never holds any other. */
export const attemptIds = (texts: readonly string[]): readonly AttemptId[] =>
  texts.flatMap((text) => attemptId(text) ?? []);

/** A duration of the wire, ms, where 0 means that the coordinator said none. */
export const durationOr = (ms: number, fallbackMs: number): number => (ms > 0 ? ms : fallbackMs);
