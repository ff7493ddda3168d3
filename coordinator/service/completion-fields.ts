/** A completion report as it came, checked for form. What it claims is for the verifier. */
import * as v from "valibot";
import { CoordinatorFailure, invalidField } from "../failure.ts";
import { curves } from "../../src/domain/circuit.ts";
import type { Curve } from "../../src/domain/circuit.ts";
import { NodeFailure } from "../../src/domain/failure.ts";
import type { StageTimings } from "../../src/domain/task.ts";
import type { TaskCompletionRequest } from "../../src/gen/coordinator_pb.ts";
import { decodePublicSignals, proofBytes } from "../../src/wire/proof.ts";
import { line, shown, wide } from "./fields.ts";

/** The larger of the two curves' proofs. */
const PROOF_MAX_BYTES = Math.max(proofBytes("bn128"), proofBytes("bls12381"));
const METADATA_MAX_BYTES = 60 * 1024;
const MERKLE_ROOT_CHARACTERS = 64;
const ENGINE_CHARACTERS = 64;
/** No attempt lives longer: 30 min of hard limit, and a day in an outbox changes nothing of what was measured. */
const DURATION_MAX_MS = 24 * 3_600_000;

const metadataSchema = v.object({
  protocol: v.literal("groth16"),
  curve: v.picklist(curves),
  publicSignals: v.pipe(v.array(v.pipe(v.string(), v.maxLength(80))), v.maxLength(1_000)),
});

export type CompletionFields = {
  readonly proof: Uint8Array;
  /** Decimal, as claimed. */
  readonly publicSignals: readonly string[];
  readonly curve: Curve;
  readonly merkleRoot: string;
  readonly durationMs: number;
  readonly timings: StageTimings;
  readonly engine: string;
};

const metadataRule =
  '{"protocol":"groth16","curve":"bn128","publicSignals":["decimal",..]} in UTF-8';

const parseMetadata = (bytes: Uint8Array): v.InferOutput<typeof metadataSchema> => {
  if (bytes.length > METADATA_MAX_BYTES) {
    throw invalidField(
      "proof_metadata_json",
      `${bytes.length} bytes`,
      `at most ${METADATA_MAX_BYTES}`,
    );
  }
  const text = Buffer.from(bytes).toString("utf8");
  const result = v.safeParse(metadataSchema, parseJson(text));
  if (result.success) return result.output;
  throw invalidField("proof_metadata_json", shown(text), metadataRule);
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Told by the rule that the caller names.
    return undefined;
  }
};

const unmeasured: StageTimings = { keyMs: 0, witnessMs: 0, nttMs: 0, msmMs: 0, checkMs: 0 };

const timingsOf = (timings: TaskCompletionRequest["timings"]): StageTimings => {
  if (timings === undefined) return unmeasured;
  const { keyMs, witnessMs, nttMs, msmMs, checkMs } = timings;
  return { keyMs, witnessMs, nttMs, msmMs, checkMs };
};

/** Checks sizes and forms; throws CoordinatorFailure naming the field. */
export const completionFields = (request: TaskCompletionRequest): CompletionFields => {
  const { proofData } = request;
  if (proofData.length === 0 || proofData.length > PROOF_MAX_BYTES) {
    throw invalidField(
      "proof_data",
      `${proofData.length} bytes`,
      "256 bytes on BN254, 384 on BLS12-381",
    );
  }
  const metadata = parseMetadata(request.proofMetadataJson);
  return {
    proof: proofData,
    publicSignals: metadata.publicSignals,
    curve: metadata.curve,
    merkleRoot: line("merkle_root", request.merkleRoot, MERKLE_ROOT_CHARACTERS).toLowerCase(),
    durationMs: wide("duration_ms", request.durationMs, [0, DURATION_MAX_MS]),
    timings: timingsOf(request.timings),
    engine: line("engine", request.engine, ENGINE_CHARACTERS),
  };
};

/** The fixed-width public signals, when they came too, must say the same as the metadata. */
export const requireSameSignals = (
  curve: Curve,
  claimed: readonly string[],
  fixedWidth: Uint8Array,
): void => {
  if (fixedWidth.length === 0) return;
  const decoded = decodeSignals(curve, fixedWidth);
  const same =
    decoded.length === claimed.length &&
    decoded.every((signal, index) => signal === claimed[index]);
  if (same) return;
  throw invalidField(
    "public_signals",
    `${decoded.length} signals that differ from proof_metadata_json`,
    "the same public signals as in proof_metadata_json, or empty",
  );
};

const decodeSignals = (curve: Curve, bytes: Uint8Array): readonly string[] => {
  try {
    return decodePublicSignals(curve, bytes);
  } catch (reason) {
    const { message } = NodeFailure.from(reason);
    throw new CoordinatorFailure(
      {
        kind: "invalid",
        reason: "FIELD_INVALID",
        field: "public_signals",
        problem: message,
        remedy: "it must be 32 bytes big-endian for each public signal, each below r",
      },
      { cause: reason },
    );
  }
};
