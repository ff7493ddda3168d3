/**
 * ReportFailure: an attempt comes back with its reason. A worker's word requeues and never ends a task; that an input
 * cannot be proven is final only when the coordinator finds the same.
 */
import type { HandlerContext } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { AttemptRow } from "../queue/queue.ts";
import type { FailureCause } from "../../src/domain/failure.ts";
import type {
  TaskFailureRequest,
  TaskFailureResponseSchema,
} from "../../src/gen/coordinator_pb.ts";
import { attemptClaim, requireAttempt } from "./caller.ts";
import { peerKey } from "./services.ts";
import type { Services } from "./services.ts";
import { causeOf, stageOf, verdicts } from "./wire-words.ts";

type Response = MessageInitShape<typeof TaskFailureResponseSchema>;

/** Longer texts of a worker are cut; they are for people. */
const MESSAGE_CHARACTERS = 1_000;

/** A worker's text for logs and screens: one line of printable characters. */
const readable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").slice(0, MESSAGE_CHARACTERS);

/** A worker of the seed's kind says its cause in words only. */
const causeFrom = (request: TaskFailureRequest): FailureCause => {
  const cause = causeOf(request.cause);
  const seedSaysInput = cause === "internal" && request.errorMessage.startsWith("invalid input:");
  return seedSaysInput ? "malformed_input" : cause;
};

type Finding = {
  readonly reproduced: boolean;
  readonly cause: FailureCause;
  readonly message: string;
};

/** Looks by itself where the cause lies in the input; any other cause is the worker's own. */
const investigate = async (
  services: Services,
  attempt: AttemptRow,
  claimed: { readonly cause: FailureCause; readonly message: string },
): Promise<Finding> => {
  const unproven = { ...claimed, reproduced: false };
  const aboutInput =
    claimed.cause === "unsatisfied_constraints" || claimed.cause === "malformed_input";
  const circuit = services.registry.byZkey(attempt.zkeyDigest)?.circuit;
  if (!aboutInput || circuit === undefined || attempt.taskState !== "leased") return unproven;
  const found = await services.verifier.reproduce(circuit, attempt.input);
  switch (found.outcome) {
    case "unsatisfied":
      return { reproduced: true, cause: "unsatisfied_constraints", message: found.reason };
    case "malformed":
      return { reproduced: true, cause: "malformed_input", message: found.reason };
    case "satisfied":
    case "inconclusive":
      services.log.warn("A failure could not be reproduced", {
        task_id: attempt.taskId,
        worker_id: attempt.workerId,
        claimed: claimed.cause,
        found: found.outcome,
      });
      return unproven;
  }
};

export const reportFailure =
  (services: Services) =>
  async (request: TaskFailureRequest, context: HandlerContext): Promise<Response> => {
    const claim = attemptClaim(request);
    requireAttempt(services, context, claim);
    services.guard.report(claim.workerId, context.values.get(peerKey));
    const attempt = await services.queue.findAttempt(claim);
    if (attempt?.workerId !== claim.workerId) {
      return {
        success: false,
        message: "there is no such task, or this worker was never given it",
        verdict: verdicts.unknown,
      };
    }
    const claimed = { cause: causeFrom(request), message: readable(request.errorMessage) };
    const finding = await investigate(services, attempt, claimed);
    const stage = stageOf(request.stage);
    const outcome = await services.queue.fail({ attempt, stage, ...finding });
    // An input that nobody can prove is not the worker's fault.
    services.dispatch.settle(attempt.workerId, attempt.attemptId, finding.reproduced);
    services.metrics.countVerdict(outcome.verdict, attempt.circuitId);
    services.log.info("Failure reported", {
      task_id: attempt.taskId,
      attempt_id: attempt.attemptId,
      worker_id: attempt.workerId,
      cause: claimed.cause,
      reproduced: finding.reproduced,
      verdict: outcome.verdict,
    });
    return { success: true, message: outcome.message, verdict: verdicts[outcome.verdict] };
  };
