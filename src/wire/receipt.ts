/** A receipt: the coordinator's signed statement that an attempt of a node was accepted. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 as hash } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { NodeFailure } from "../domain/failure.ts";
import { attemptId, circuitId, sha256, taskId, workerId } from "../domain/ids.ts";
import type { AttemptId, CircuitId, Sha256, TaskId, WorkerId } from "../domain/ids.ts";
import type { Receipt } from "../domain/task.ts";
import { ReceiptBodySchema } from "../gen/coordinator_pb.ts";

/** What a receipt states. */
export type ReceiptBody = {
  readonly taskId: TaskId;
  readonly attemptId: AttemptId;
  readonly workerId: WorkerId;
  readonly circuitId: CircuitId;
  /** Of the circuit's verification key artifact. */
  readonly vkeyDigest: Sha256;
  /** `proofDigest` of the accepted proof. */
  readonly proofDigest: Sha256;
  /** Unix ms of the coordinator's clock. */
  readonly acceptedAtMs: number;
  /** False for practice tasks and development keys. */
  readonly credited: boolean;
};

/** SHA-256 over proof_data followed by the fixed-width public signals. */
export const proofDigest = (proof: Uint8Array, publicSignals: Uint8Array): Sha256 => {
  const digest = sha256(bytesToHex(hash.create().update(proof).update(publicSignals).digest()));
  if (digest === undefined) throw new NodeFailure("internal", "SHA-256 gave no 64 hex digits");
  return digest;
};

/** The canonical bytes of a receipt's body: what is signed. */
export const encodeReceiptBody = (body: ReceiptBody): Uint8Array =>
  toBinary(
    ReceiptBodySchema,
    create(ReceiptBodySchema, {
      taskId: body.taskId,
      attemptId: body.attemptId,
      workerId: body.workerId,
      circuitType: body.circuitId,
      vkeyDigest: hexToBytes(body.vkeyDigest),
      proofDigest: hexToBytes(body.proofDigest),
      acceptedAtMs: BigInt(body.acceptedAtMs),
      credited: body.credited,
    }),
  );

/**
 * Reads a receipt's body.
 *
 * @throws NodeFailure "malformed_message" naming the field that does not have its form.
 */
export const decodeReceiptBody = (bytes: Uint8Array): ReceiptBody => {
  const body = readMessage(bytes);
  return {
    taskId: required("task_id", taskId(body.taskId)),
    attemptId: required("attempt_id", attemptId(body.attemptId)),
    workerId: required("worker_id", workerId(body.workerId)),
    circuitId: required("circuit_type", circuitId(body.circuitType)),
    vkeyDigest: required("vkey_digest", sha256(bytesToHex(body.vkeyDigest))),
    proofDigest: required("proof_digest", sha256(bytesToHex(body.proofDigest))),
    acceptedAtMs: required("accepted_at_ms", instant(body.acceptedAtMs)),
    credited: body.credited,
  };
};

/** Signs a body. `secretKey` is the raw 32-byte Ed25519 seed. */
export const signReceipt = (body: ReceiptBody, secretKey: Uint8Array): Receipt => {
  const bytes = encodeReceiptBody(body);
  return {
    body: bytes,
    signature: ed25519.sign(bytes, secretKey),
    publicKey: ed25519.getPublicKey(secretKey),
  };
};

export type ReceiptVerdict =
  | { readonly valid: true }
  /** One plain sentence: what was wrong and what would be right. */
  | { readonly valid: false; readonly problem: string };

/** Whether a receipt is signed by one of the keys that the reader knows its coordinator by (raw Ed25519). */
export const verifyReceipt = (
  receipt: Receipt,
  knownKeys: readonly Uint8Array[],
): ReceiptVerdict => {
  const key = bytesToHex(receipt.publicKey);
  if (!knownKeys.some((known) => bytesToHex(known) === key)) {
    return {
      valid: false,
      problem: `The receipt is signed by key "${key}", which is not a known key of this coordinator.`,
    };
  }
  if (!signatureHolds(receipt)) {
    return {
      valid: false,
      problem: `The signature does not belong to this receipt and key ${key}.`,
    };
  }
  return { valid: true };
};

const signatureHolds = (receipt: Receipt): boolean => {
  try {
    // RFC 8032 as written; ZIP 215 would also take small-order and non-canonical points.
    return ed25519.verify(receipt.signature, receipt.body, receipt.publicKey, { zip215: false });
  } catch {
    // Wrong lengths throw; to the reader that is one more signature that does not hold.
    return false;
  }
};

const readMessage = (bytes: Uint8Array) => {
  try {
    return fromBinary(ReceiptBodySchema, bytes);
  } catch (reason) {
    throw new NodeFailure("malformed_message", "receipt: expected a serialized ReceiptBody", {
      cause: reason,
    });
  }
};

const instant = (milliseconds: bigint): number | undefined =>
  milliseconds >= 0n && milliseconds <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(milliseconds)
    : undefined;

const required = <Value>(field: string, value: Value | undefined): Value => {
  if (value === undefined) {
    throw new NodeFailure("malformed_message", `receipt, ${field}: missing or malformed`);
  }
  return value;
};
