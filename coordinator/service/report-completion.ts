/**
 * ReportCompletion: cheap checks first, then the verifier, then one transaction; answered after its commit. Whatever is
 * wrong with the proof itself is a verdict, not an error; an error means that the report may come again.
 */
import { createHash } from "node:crypto";
import type { HandlerContext } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { CoordinatorFailure } from "../failure.ts";
import type { AcceptedProof, AttemptRow, ReportOutcome } from "../queue/queue.ts";
import type { RegisteredCircuit } from "../circuits/registry.ts";
import type { Circuit } from "../../src/domain/circuit.ts";
import type {
  TaskCompletionRequest,
  TaskCompletionResponseSchema,
} from "../../src/gen/coordinator_pb.ts";
import { encodePublicSignals } from "../../src/wire/proof.ts";
import { proofDigest, signReceipt } from "../../src/wire/receipt.ts";
import { sha256 } from "../../src/domain/ids.ts";
import type { Sha256 } from "../../src/domain/ids.ts";
import { attemptClaim, requireReporter } from "./caller.ts";
import { completionFields, requireSameSignals } from "./completion-fields.ts";
import type { CompletionFields } from "./completion-fields.ts";
import { peerKey } from "./services.ts";
import type { Services } from "./services.ts";
import { answerUnserved } from "./unserved-circuit.ts";
import { verdicts } from "./wire-words.ts";

type Response = MessageInitShape<typeof TaskCompletionResponseSchema>;

/** SHA-256 of what was reported; for signals without a fixed-width form, of the text as it came. */
const digestOf = (circuit: Circuit, fields: CompletionFields): Sha256 => {
  try {
    return proofDigest(fields.proof, encodePublicSignals(circuit.curve, fields.publicSignals));
  } catch {
    // Not canonical: such a report can only be rejected, and its digest only has to name it.
    return textDigest(fields);
  }
};

const textDigest = (fields: CompletionFields): Sha256 => {
  const hash = createHash("sha256")
    .update(fields.proof)
    .update(JSON.stringify(fields.publicSignals));
  const digest = sha256(hash.digest("hex"));
  if (digest === undefined) throw new TypeError("SHA-256 gave no 64 hex digits");
  return digest;
};

const unknownTask = (): Response => ({
  success: false,
  message: "there is no such task, or this worker was never given it",
  verdict: verdicts.unknown,
});

/** Practice tasks and development keys earn nothing: whoever knows the toxic waste can make such proofs for free. */
const earnsCredit = (attempt: AttemptRow, circuit: Circuit): boolean =>
  !attempt.project.practice && circuit.setup === "ceremony";

const acceptedProof = (services: Services, judged: Judged): AcceptedProof => {
  const { attempt, circuit, fields, digest } = judged;
  const credited = earnsCredit(attempt, circuit);
  return {
    attempt,
    digest,
    proof: fields.proof,
    publicSignals: fields.publicSignals,
    durationMs: fields.durationMs,
    timings: fields.timings,
    engine: fields.engine,
    nodeClass: services.dispatch.sessions.of(attempt.workerId)?.profile.nodeClass ?? 0,
    credited,
    receipt: (acceptedAtMs) => {
      const { taskId, attemptId, workerId, circuitId } = attempt;
      const vkeyDigest = circuit.vkey.sha256;
      const body = {
        taskId,
        attemptId,
        workerId,
        circuitId,
        vkeyDigest,
        proofDigest: digest,
        acceptedAtMs,
        credited,
      };
      return signReceipt(body, services.receiptKey.secret);
    },
  };
};

type Judged = {
  readonly attempt: AttemptRow;
  readonly circuit: Circuit;
  readonly fields: CompletionFields;
  readonly digest: Sha256;
};

/** Verifies and commits. Throws UNAVAILABLE when nothing could be found out: the node keeps its proof and tries again. */
const judge = async (services: Services, judged: Judged): Promise<ReportOutcome> => {
  const { attempt, circuit, fields, digest } = judged;
  const check = await services.verifier.verify({
    circuit,
    input: attempt.input,
    proof: fields.proof,
    publicSignals: fields.publicSignals,
    pinnedPublicSignals: attempt.pinnedPublicSignals,
    merkleRoot: fields.merkleRoot,
  });
  if (check.valid === "unknown") {
    throw new CoordinatorFailure({
      kind: "unavailable",
      reason: "VERIFIER_UNAVAILABLE",
      problem: check.why,
      remedy: "keep the proof and report it again",
      retryAfterMs: check.retryAfterMs,
    });
  }
  if (check.valid === "unmeetable") {
    // An honest proof: it is the job that asks for what does not exist, so nobody else need try.
    const cause = "unsatisfied_constraints" as const;
    const failure = { attempt, cause, message: check.why, stage: "check" as const };
    return services.queue.fail({ ...failure, reproduced: true });
  }
  if (check.valid) return services.queue.accept(acceptedProof(services, judged));
  services.log.warn("A proof was rejected", {
    task_id: attempt.taskId,
    attempt_id: attempt.attemptId,
    worker_id: attempt.workerId,
    code: check.code,
    why: check.why,
  });
  return services.queue.reject(attempt, digest, check.why);
};

const answer = (outcome: ReportOutcome): Response => ({
  success: outcome.verdict === "accepted" || outcome.verdict === "duplicate",
  message: outcome.message,
  verdict: verdicts[outcome.verdict],
  ...(outcome.receipt === undefined ? {} : { receipt: outcome.receipt }),
});

const claimsOtherCurve = (circuit: RegisteredCircuit, fields: CompletionFields): boolean =>
  fields.curve !== circuit.circuit.curve;

export const reportCompletion =
  (services: Services) =>
  async (request: TaskCompletionRequest, context: HandlerContext): Promise<Response> => {
    const claim = attemptClaim(request);
    requireReporter(services, context, claim);
    services.guard.report(claim.workerId, context.values.get(peerKey));
    const fields = completionFields(request);
    const attempt = await services.queue.findAttempt(claim);
    if (attempt?.workerId !== claim.workerId) return unknownTask();
    const rejection = services.guard.rejection(attempt.attemptId);
    if (rejection !== undefined) return answer({ verdict: "rejected", message: rejection });
    const registered = services.registry.byZkey(attempt.zkeyDigest);
    if (registered === undefined) return answer(answerUnserved(attempt));
    const { circuit } = registered;
    const digest = digestOf(circuit, fields);
    const why = `proof_metadata_json names curve "${fields.curve}", and the circuit is on "${circuit.curve}"`;
    const wrongCurve = claimsOtherCurve(registered, fields);
    if (!wrongCurve) requireSameSignals(circuit.curve, fields.publicSignals, request.publicSignals);
    const outcome = wrongCurve
      ? await services.queue.reject(attempt, digest, why)
      : await judge(services, { attempt, circuit, fields, digest });
    const good = outcome.verdict !== "rejected";
    if (!good) services.guard.noteRejection(attempt.attemptId, outcome.message);
    services.dispatch.settle(attempt.workerId, attempt.attemptId, good);
    services.metrics.countVerdict(outcome.verdict, attempt.circuitId);
    services.log.info("Proof reported", {
      task_id: attempt.taskId,
      attempt_id: attempt.attemptId,
      worker_id: attempt.workerId,
      circuit: attempt.circuitId,
      verdict: outcome.verdict,
      engine: fields.engine,
      duration_ms: fields.durationMs,
    });
    return answer(outcome);
  };
