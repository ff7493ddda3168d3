/** Our words and the enums of coordinator.proto, both ways. */
import type { FailureCause as Cause } from "../../src/domain/failure.ts";
import type { Intake } from "../../src/domain/session.ts";
import type { Stage, Verdict as VerdictName } from "../../src/domain/task.ts";
import {
  AttemptStage,
  FailureCause,
  NodeState,
  Verdict,
  WantedState,
} from "../../src/gen/coordinator_pb.ts";
import { TaskState } from "../../src/gen/proving/v1/job_pb.ts";
import type { WantedState as Wanted } from "../dispatch/feed.ts";
import type { TaskStateName } from "../queue/queue.ts";

export const stageOf = (stage: AttemptStage): Stage => {
  switch (stage) {
    case AttemptStage.UNSPECIFIED:
    case AttemptStage.WAITING:
      return "waiting";
    case AttemptStage.KEY:
      return "key";
    case AttemptStage.WITNESS:
      return "witness";
    case AttemptStage.NTT:
      return "ntt";
    case AttemptStage.MSM:
      return "msm";
    case AttemptStage.CHECK:
      return "check";
    case AttemptStage.REPORT:
      return "report";
    default:
      // A newer worker may know stages that we do not.
      return "waiting";
  }
};

export const causeOf = (cause: FailureCause): Cause => {
  switch (cause) {
    case FailureCause.UNKNOWN_CIRCUIT:
      return "unknown_circuit";
    case FailureCause.MALFORMED_INPUT:
      return "malformed_input";
    case FailureCause.UNSATISFIED_CONSTRAINTS:
      return "unsatisfied_constraints";
    case FailureCause.TIMEOUT:
      return "timeout";
    case FailureCause.OUT_OF_MEMORY:
      return "out_of_memory";
    case FailureCause.ARTIFACT:
      return "artifact";
    case FailureCause.UNSPECIFIED:
    case FailureCause.INTERNAL:
      return "internal";
    default:
      // A newer worker may know causes that we do not.
      return "internal";
  }
};

export const nodeStateOf = (state: NodeState): Intake => {
  switch (state) {
    case NodeState.DRAINING:
      return "draining";
    case NodeState.PAUSED:
      return "paused";
    case NodeState.LEAVING:
      return "leaving";
    case NodeState.UNSPECIFIED:
    case NodeState.ACTIVE:
      return "active";
    default:
      // A newer worker may know states that we do not; it takes nothing until it says a known one.
      return "paused";
  }
};

export const wantedStates: Readonly<Record<Wanted, WantedState>> = {
  active: WantedState.ACTIVE,
  paused: WantedState.PAUSED,
  draining: WantedState.DRAINING,
};

export const verdicts: Readonly<Record<VerdictName, Verdict>> = {
  accepted: Verdict.ACCEPTED,
  duplicate: Verdict.DUPLICATE,
  rejected: Verdict.REJECTED,
  cancelled: Verdict.CANCELLED,
  unknown: Verdict.UNKNOWN,
  requeued: Verdict.REQUEUED,
  failed: Verdict.FAILED,
  stale: Verdict.STALE,
};

export const taskStates: Readonly<Record<TaskStateName, TaskState>> = {
  queued: TaskState.QUEUED,
  leased: TaskState.LEASED,
  delayed: TaskState.DELAYED,
  accepted: TaskState.ACCEPTED,
  failed: TaskState.FAILED,
  dead: TaskState.DEAD,
  cancelled: TaskState.CANCELLED,
  expired: TaskState.EXPIRED,
};
