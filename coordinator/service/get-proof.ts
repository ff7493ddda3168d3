/** GetProof: the accepted proof of a task, or why there is none. */
import type { HandlerContext } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { CoordinatorFailure } from "../failure.ts";
import type { ProofRow, TaskStateName } from "../queue/queue.ts";
import type { GetProofRequest, GetProofResponseSchema } from "../../src/gen/proving/v1/job_pb.ts";
import { requireOwner } from "./caller.ts";
import { taskField } from "./fields.ts";
import type { Services } from "./services.ts";

type Why = { readonly problem: string; readonly remedy: string };

const wait = "wait for it: WatchJob tells when it is accepted";

const noProof: Readonly<Record<Exclude<TaskStateName, "accepted">, Why>> = {
  queued: { problem: "the task waits in the queue", remedy: wait },
  leased: { problem: "a node is proving the task", remedy: wait },
  delayed: { problem: "the task waits for its next attempt", remedy: wait },
  failed: {
    problem: "the input cannot be proven",
    remedy: "correct the input and submit it again",
  },
  dead: {
    problem: "too many attempts were lost",
    remedy: "RetryDead queues it again with fresh attempts",
  },
  cancelled: { problem: "the task was cancelled", remedy: "submit it again" },
  expired: {
    problem: "the deadline passed",
    remedy: "submit it again with a later deadline or none",
  },
};

const withoutProof = (row: ProofRow): CoordinatorFailure => {
  const state = row.state === "accepted" ? "queued" : row.state;
  const { problem, remedy } = noProof[state];
  return new CoordinatorFailure({
    kind: "precondition",
    reason: `TASK_${state.toUpperCase()}`,
    field: "task_id",
    problem: row.reason === "" ? problem : `${problem}: ${row.reason}`,
    remedy,
  });
};

const unknownTask = (): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: "not-found",
    reason: "TASK_UNKNOWN",
    field: "task_id",
    problem: "there is no such task of this owner",
    remedy: "it must be a task_id of one of the owner's jobs",
  });

const circuitMissing = (row: ProofRow): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: "unavailable",
    reason: "CIRCUIT_MISSING",
    field: "task_id",
    problem: `the verification key of circuit "${row.circuitId}" is not on this coordinator`,
    remedy: "add the circuit again with the same zkey, or bring back DATA_DIR/artifacts",
  });

export const getProof =
  (services: Services) =>
  async (
    request: GetProofRequest,
    context: HandlerContext,
  ): Promise<MessageInitShape<typeof GetProofResponseSchema>> => {
    const { owner } = await requireOwner(services, context);
    const row = await services.queue.proof(owner, taskField("task_id", request.taskId));
    if (row === undefined) throw unknownTask();
    if (row.result === undefined) throw withoutProof(row);
    const circuit = services.registry.past(row.zkeyDigest);
    if (circuit === undefined) throw circuitMissing(row);
    return {
      taskId: row.taskId,
      circuitId: row.circuitId,
      curve: circuit.curve,
      proofData: row.result.proof,
      publicSignals: [...row.result.publicSignals],
      vkeyJson: await services.registry.vkeyJson(circuit),
      attemptId: row.result.attemptId,
      workerId: row.result.workerId,
      acceptedAtMs: BigInt(row.result.acceptedAtMs),
      setup: circuit.setup,
    };
  };
