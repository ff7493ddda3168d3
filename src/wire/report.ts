/** StartTask, ReportCompletion and ReportFailure, between the messages and the words. */
import { create } from "@bufbuild/protobuf";
import { NodeFailure } from "../domain/failure.ts";
import type { FailureCause as Cause } from "../domain/failure.ts";
import type { WorkerId } from "../domain/ids.ts";
import type { AcceptedReceipt, ReportAnswer, StartAnswer } from "../domain/session.ts";
import type { AttemptRef, Report, Verdict as Word } from "../domain/task.ts";
import {
  FailureCause,
  StartTaskRequestSchema,
  TaskCompletionRequestSchema,
  TaskFailureRequestSchema,
  Verdict,
} from "../gen/coordinator_pb.ts";
import type {
  StartTaskRequest,
  StartTaskResponse,
  TaskCompletionRequest,
  TaskCompletionResponse,
  TaskFailureRequest,
  TaskFailureResponse,
} from "../gen/coordinator_pb.ts";
import { stageCode } from "./heartbeat.ts";
import { encodePublicSignals } from "./proof.ts";
import { decodeReceiptBody } from "./receipt.ts";

/** A completion or failure, and who sends it. */
export type Sent<Kind extends Report["kind"]> = {
  readonly workerId: WorkerId;
  readonly report: Extract<Report, { kind: Kind }>;
};

/** Names what a prover has begun. */
export const toStartRequest = (workerId: WorkerId, attempt: AttemptRef): StartTaskRequest =>
  create(StartTaskRequestSchema, { ...refOf(attempt), workerId });

export const fromStartResponse = (response: StartTaskResponse): StartAnswer =>
  response.success ? { go: true } : { go: false, why: response.message };

/**
 * A proof as the message.
 *
 * @throws NodeFailure "malformed_message" for public signals that are not canonical.
 */
export const toCompletionRequest = (sent: Sent<"completion">): TaskCompletionRequest => {
  const { assignment, proof } = sent.report;
  const metadata = {
    protocol: "groth16",
    curve: proof.curve,
    publicSignals: proof.publicSignals,
  };
  return create(TaskCompletionRequestSchema, {
    ...refOf(assignment),
    workerId: sent.workerId,
    proofData: proof.bytes,
    proofMetadataJson: new TextEncoder().encode(JSON.stringify(metadata)),
    merkleRoot: proof.merkleRoot,
    durationMs: BigInt(Math.round(proof.durationMs)),
    publicSignals: encodePublicSignals(proof.curve, proof.publicSignals),
    timings: {
      keyMs: Math.round(proof.timings.keyMs),
      witnessMs: Math.round(proof.timings.witnessMs),
      nttMs: Math.round(proof.timings.nttMs),
      msmMs: Math.round(proof.timings.msmMs),
      checkMs: Math.round(proof.timings.checkMs),
    },
    engine: proof.engine,
  });
};

/** A failure as the message. */
export const toFailureRequest = ({ workerId, report }: Sent<"failure">): TaskFailureRequest =>
  create(TaskFailureRequestSchema, {
    ...refOf(report.assignment),
    workerId,
    errorMessage: report.message,
    cause: causeCode[report.cause],
    stage: stageCode[report.stage],
  });

/** The answer to a proof. A coordinator that speaks only the original fields answers by `success`. */
export const fromCompletionResponse = (response: TaskCompletionResponse): ReportAnswer => ({
  verdict: verdictOf(response.verdict) ?? (response.success ? "accepted" : "rejected"),
  message: response.message,
  receipt: receiptOf(response),
});

/** The answer to a failure report. */
export const fromFailureResponse = (response: TaskFailureResponse): ReportAnswer => ({
  verdict: verdictOf(response.verdict) ?? (response.success ? "requeued" : "stale"),
  message: response.message,
  receipt: undefined,
});

const refOf = ({ taskId, attemptId, ticket }: AttemptRef) => ({ taskId, attemptId, ticket });

const causeCode: Readonly<Record<Cause, FailureCause>> = {
  unknown_circuit: FailureCause.UNKNOWN_CIRCUIT,
  malformed_input: FailureCause.MALFORMED_INPUT,
  unsatisfied_constraints: FailureCause.UNSATISFIED_CONSTRAINTS,
  timeout: FailureCause.TIMEOUT,
  out_of_memory: FailureCause.OUT_OF_MEMORY,
  artifact: FailureCause.ARTIFACT,
  internal: FailureCause.INTERNAL,
};

/** `undefined` when the coordinator said none. */
const verdictOf = (verdict: Verdict): Word | undefined => {
  if (verdict === Verdict.UNSPECIFIED) return undefined;
  const word = verdictWords[verdict];
  // A verdict of a newer coordinator: taking it for a known one could delete a proof.
  if (word === undefined) {
    throw new NodeFailure("malformed_message", `verdict ${verdict} is not known here`);
  }
  return word;
};

const verdictWords: Readonly<Partial<Record<Verdict, Word>>> = {
  [Verdict.ACCEPTED]: "accepted",
  [Verdict.DUPLICATE]: "duplicate",
  [Verdict.REJECTED]: "rejected",
  [Verdict.CANCELLED]: "cancelled",
  [Verdict.UNKNOWN]: "unknown",
  [Verdict.REQUEUED]: "requeued",
  [Verdict.FAILED]: "failed",
  [Verdict.STALE]: "stale",
};

const receiptOf = ({ receipt }: TaskCompletionResponse): AcceptedReceipt | undefined => {
  if (receipt === undefined) return undefined;
  try {
    const { acceptedAtMs, credited } = decodeReceiptBody(receipt.body);
    const { body, signature, publicKey } = receipt;
    return { receipt: { body, signature, publicKey }, acceptedAtMs, credited };
  } catch {
    // The verdict stands without it: a receipt that cannot be read is only not kept.
    return undefined;
  }
};
