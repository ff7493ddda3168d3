/** SendHeartbeat, between the message and the words; and its gRPC-Web frame, for beacons. */
import { create, toBinary } from "@bufbuild/protobuf";
import { MAX_HEARTBEAT_BYTES } from "../domain/limits.ts";
import type { Beat, BeatAnswer, Intake, LiveAttempt, Wanted } from "../domain/session.ts";
import type { Stage } from "../domain/task.ts";
import {
  AttemptStage,
  HeartbeatRequestSchema,
  NodeState,
  WantedState,
} from "../gen/coordinator_pb.ts";
import type { HeartbeatRequest, HeartbeatResponse } from "../gen/coordinator_pb.ts";
import { attemptIds } from "./register.ts";

/** Bytes before the message in a gRPC-Web frame: a flag (0 = uncompressed data) and the length, big-endian. */
const FRAME_PREFIX_BYTES = 5;

/** A beat as the message, within the limit of a beacon: what only informs is left out before what extends leases. */
export const toHeartbeatRequest = (beat: Beat): HeartbeatRequest => {
  const full = heartbeatRequest(beat);
  if (fits(full)) return full;
  const withoutDurations = { ...beat, metrics: { ...beat.metrics, proofDurations: [] } };
  const shorter = heartbeatRequest(withoutDurations);
  if (fits(shorter)) return shorter;
  // The attempt id alone names a lease; the task id beside it is for people.
  for (const attempt of shorter.attempts) attempt.taskId = "";
  return shorter;
};

/** A beat as the body of a gRPC-Web call. */
export const heartbeatFrame = (beat: Beat): Uint8Array<ArrayBuffer> => {
  const message = toBinary(HeartbeatRequestSchema, toHeartbeatRequest(beat));
  const frame = new Uint8Array(FRAME_PREFIX_BYTES + message.length);
  new DataView(frame.buffer).setUint32(1, message.length);
  frame.set(message, FRAME_PREFIX_BYTES);
  return frame;
};

/** The answer to a heartbeat. */
export const fromHeartbeatResponse = (response: HeartbeatResponse): BeatAnswer => ({
  lost: attemptIds(response.lostAttempts),
  wanted: wantedOf(response.wantedState),
  serverUnixMs: Number(response.serverTimeMs),
  reregister: response.reregister,
});

/** Unknown values of a newer coordinator say nothing. */
export const wantedOf = (state: WantedState): Wanted => {
  switch (state) {
    case WantedState.ACTIVE:
      return "active";
    case WantedState.PAUSED:
      return "paused";
    case WantedState.DRAINING:
      return "draining";
    default:
      return "as-is";
  }
};

export const stageCode: Readonly<Record<Stage, AttemptStage>> = {
  waiting: AttemptStage.WAITING,
  key: AttemptStage.KEY,
  witness: AttemptStage.WITNESS,
  ntt: AttemptStage.NTT,
  msm: AttemptStage.MSM,
  check: AttemptStage.CHECK,
  report: AttemptStage.REPORT,
};

const intakeCode: Readonly<Record<Intake, NodeState>> = {
  active: NodeState.ACTIVE,
  draining: NodeState.DRAINING,
  paused: NodeState.PAUSED,
  leaving: NodeState.LEAVING,
};

const fits = (request: HeartbeatRequest): boolean =>
  toBinary(HeartbeatRequestSchema, request).length + FRAME_PREFIX_BYTES <= MAX_HEARTBEAT_BYTES;

const heartbeatRequest = (beat: Beat): HeartbeatRequest =>
  create(HeartbeatRequestSchema, {
    workerId: beat.workerId,
    timestamp: BigInt(Math.floor(beat.unixMs / 1000)),
    sessionId: beat.sessionId,
    workerToken: beat.token,
    sequence: BigInt(beat.sequence),
    state: intakeCode[beat.intake],
    stateReason: beat.reason,
    attempts: beat.attempts.map(liveAttempt),
    metrics: {
      activeTasks: beat.metrics.activeTasks,
      queuedTasks: beat.metrics.queuedTasks,
      tasksCompleted: beat.metrics.completed,
      tasksFailed: beat.metrics.failed,
      proofDurations: beat.metrics.proofDurations.map(({ circuitId, ms }) => ({
        circuitType: circuitId,
        durationMs: Math.round(ms),
      })),
      calls: beat.metrics.calls.map(({ method, status, count }) => ({ method, status, count })),
      streamOpenMs: BigInt(Math.round(beat.metrics.streamOpenMs)),
    },
    maxConcurrentTasks: beat.slots,
    returnedAttempts: [...beat.returned],
  });

const liveAttempt = ({ attemptId, taskId, progress }: LiveAttempt) => ({
  attemptId,
  taskId,
  stage: stageCode[progress.stage],
  progress: progress.share,
  elapsedMs: Math.round(progress.elapsedMs),
});
