/** SendHeartbeat: a worker lives. Touches memory only; also the target of beacons, whose token is in the message. */
import type { HandlerContext } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Heartbeat, NamedAttempt } from "../dispatch/heartbeat.ts";
import type { SessionMetrics } from "../dispatch/session.ts";
import type {
  HeartbeatRequest,
  HeartbeatResponseSchema,
  WorkerMetrics,
} from "../../src/gen/coordinator_pb.ts";
import { WantedState } from "../../src/gen/coordinator_pb.ts";
import { standingOf } from "./caller.ts";
import { atMost, attemptField, between, line, workerField } from "./fields.ts";
import { nodeStateOf, stageOf, wantedStates } from "./wire-words.ts";
import type { Services } from "./services.ts";

type Response = MessageInitShape<typeof HeartbeatResponseSchema>;

const MAX_ATTEMPTS = 1_024;
const MAX_CONCURRENT_TASKS = 256;

const namedAttempts = (request: HeartbeatRequest): readonly NamedAttempt[] =>
  atMost("attempts", request.attempts, MAX_ATTEMPTS).map((attempt, index) => ({
    attemptId: attemptField(`attempts[${index}].attempt_id`, attempt.attemptId),
    stage: stageOf(attempt.stage),
    progress: share(attempt.progress),
  }));

/** NaN and values beyond the whole proof say nothing. */
const share = (progress: number): number =>
  Number.isFinite(progress) ? Math.min(1, Math.max(0, progress)) : 0;

const metricsOf = (metrics: WorkerMetrics | undefined): SessionMetrics | undefined =>
  metrics === undefined
    ? undefined
    : {
        activeTasks: metrics.activeTasks,
        queuedTasks: metrics.queuedTasks,
        streamOpenMs: Number(metrics.streamOpenMs),
      };

const heartbeatOf = (request: HeartbeatRequest): Heartbeat => ({
  sequence: request.sequence,
  state: nodeStateOf(request.state),
  stateReason: line("state_reason", request.stateReason, 512),
  attempts: namedAttempts(request),
  returned: atMost("returned_attempts", request.returnedAttempts, MAX_ATTEMPTS).map((id, index) =>
    attemptField(`returned_attempts[${index}]`, id),
  ),
  metrics: metricsOf(request.metrics),
  slots: between("max_concurrent_tasks", request.maxConcurrentTasks, [0, MAX_CONCURRENT_TASKS]),
});

/** Worker and coordinator agree on nothing but this: register again, keep what you hold. */
const reregister = (): Response => ({
  success: false,
  reregister: true,
  wantedState: WantedState.UNSPECIFIED,
  serverTimeMs: BigInt(Date.now()),
});

export const sendHeartbeat =
  (services: Services) =>
  async (request: HeartbeatRequest, context: HandlerContext): Promise<Response> => {
    const workerId = workerField("worker_id", request.workerId);
    const heartbeat = heartbeatOf(request);
    const claim = { workerId, token: request.workerToken, sessionId: request.sessionId };
    const standing = standingOf(services, context, claim);
    if (!standing.known) return reregister();
    if (request.metrics !== undefined) services.metrics.countWorker(request.metrics);
    const answer = await services.dispatch.heartbeat(standing.session, heartbeat);
    return {
      success: true,
      lostAttempts: [...answer.lost],
      wantedState: wantedStates[answer.wanted],
      serverTimeMs: BigInt(Date.now()),
    };
  };
