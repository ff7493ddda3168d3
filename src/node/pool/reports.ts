/** What the pool reports of an attempt, in the words of the original worker. */
import type { FailureCause, FailureCode, NodeFailure } from "../../domain/failure.ts";
import { MAX_INPUT_BYTES } from "../../domain/limits.ts";
import type { Assignment, AttemptRef, Proof, Report } from "../../domain/task.ts";
import type { AttemptFailure, NotLoaded } from "./prover.ts";

/** What a report needs of its assignment. */
export const refOf = (assignment: Assignment): AttemptRef => {
  const { taskId, attemptId, ticket, circuitId, zkeyDigest, project } = assignment;
  return { taskId, attemptId, ticket, circuitId, zkeyDigest, project };
};

export const completion = (assignment: Assignment, proof: Proof): Report => ({
  kind: "completion",
  assignment: refOf(assignment),
  proof,
});

export const oversized = (bytes: number): AttemptFailure => ({
  cause: "malformed_input",
  message: `invalid input: ${bytes} bytes, at most ${MAX_INPUT_BYTES} are taken`,
  stage: "waiting",
});

export const unloadable = ({ code, message }: NotLoaded): AttemptFailure => ({
  cause: code === "unknown_circuit" ? "unknown_circuit" : "artifact",
  message: seedWords(message),
  stage: "key",
});

/**
 * Whether only this device stands in the way: the circuit is too large for it, its storage is full, a worker died, or
 * somebody deleted the circuit while it was fetched. Another node may prove it: that is no failure of the task.
 */
export const isOwnFault = ({ code }: NotLoaded): boolean => ownFaults.has(code);

const ownFaults: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "out_of_memory",
  "platform",
  "cancelled",
  "prover_lost",
]);

/** Every failure that is reported begins with one of the two phrases of the original worker. */
export const seedWords = (message: string): string =>
  /^(?:invalid input:|proof generation failed:)/.test(message)
    ? message
    : `proof generation failed: ${message}`;

export const causeOf = ({ code }: NodeFailure): FailureCause =>
  code === "timeout" || code === "out_of_memory" ? code : "internal";
