/** One message of the task stream, as words. */
import { bytesToHex } from "@noble/hashes/utils.js";
import { NodeFailure } from "../domain/failure.ts";
import { attemptId, circuitId, sha256, taskId } from "../domain/ids.ts";
import { HARD_LIMIT_DEFAULT_MS, LEASE_TTL_MS } from "../domain/limits.ts";
import type { Downlink } from "../domain/session.ts";
import type { Assignment, ProjectCard } from "../domain/task.ts";
import type { TaskAssignment } from "../gen/coordinator_pb.ts";
import { wantedOf } from "./heartbeat.ts";
import { attemptIds, durationOr } from "./register.ts";

/** Reads a message; one that does not have its form becomes "malformed" with the field, the value and the form. */
export const fromTaskAssignment = (message: TaskAssignment): Downlink => {
  if (message.taskId === "") return control(message);
  try {
    return { type: "task", assignment: assignment(message) };
  } catch (reason) {
    const failure = NodeFailure.from(reason, "malformed_message");
    return {
      type: "malformed",
      attemptId: attemptId(message.attemptId),
      message: failure.message,
    };
  }
};

const control = ({ control: said }: TaskAssignment): Downlink =>
  said === undefined
    ? { type: "keepalive" }
    : {
        type: "control",
        cancel: attemptIds(said.cancelAttempts),
        drain: said.drain,
        reregister: said.reregister,
        wanted: wantedOf(said.wantedState),
      };

const assignment = (message: TaskAssignment): Assignment => ({
  taskId: required("task_id", message.taskId, taskId),
  attemptId: required("attempt_id", message.attemptId, attemptId),
  attemptNumber: message.attemptNumber,
  ticket: message.ticket,
  circuitId: required("circuit_type", message.circuitType, circuitId),
  zkeyDigest: required("circuit_digest", bytesToHex(message.circuitDigest), sha256),
  manifestUrl: message.manifestUrl,
  input: message.inputDataJson,
  leaseTtlMs: durationOr(message.leaseTtlMs, LEASE_TTL_MS),
  hardLimitMs: durationOr(message.hardLimitMs, HARD_LIMIT_DEFAULT_MS),
  project: project(message),
  traceparent: message.traceparent,
});

const project = ({ project: card }: TaskAssignment): ProjectCard => ({
  name: card?.name ?? "",
  purpose: card?.purpose ?? "",
  url: card?.url ?? "",
  practice: card?.practice ?? false,
});

const required = <Id>(field: string, text: string, parse: (text: string) => Id | undefined): Id => {
  const id = parse(text);
  if (id === undefined) {
    const found = JSON.stringify(text.slice(0, 80));
    throw new NodeFailure("malformed_message", `${field} ${found} does not have its form`);
  }
  return id;
};
