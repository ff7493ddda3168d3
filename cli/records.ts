/** The records that `--json` prints: the messages of proving.v1 with snake_case keys, plain numbers and plain words. */
import type { Circuit, CircuitArtifact } from "../src/gen/proving/v1/circuit_pb.ts";
import {
  TaskState,
  type Attempt,
  type Job,
  type Task,
  type TaskCounts,
  type TaskEvent,
} from "../src/gen/proving/v1/job_pb.ts";
import type { CircuitStats, NetworkStats } from "../src/gen/proving/v1/network_pb.ts";
import type { JsonRecord } from "./output.ts";

const stateWords: Readonly<Record<TaskState, string>> = {
  [TaskState.UNSPECIFIED]: "unknown",
  [TaskState.QUEUED]: "queued",
  [TaskState.LEASED]: "leased",
  [TaskState.DELAYED]: "delayed",
  [TaskState.ACCEPTED]: "accepted",
  [TaskState.FAILED]: "failed",
  [TaskState.DEAD]: "dead",
  [TaskState.CANCELLED]: "cancelled",
  [TaskState.EXPIRED]: "expired",
};

/** A later coordinator may know more states than this program. */
export const stateWord = (state: TaskState): string =>
  (stateWords as Readonly<Record<number, string>>)[state] ?? "unknown";

const countedStates = [
  "queued",
  "leased",
  "delayed",
  "accepted",
  "failed",
  "dead",
  "cancelled",
  "expired",
] as const;

/** How many tasks are in each state, all states present. */
export const countsRecord = (counts: TaskCounts | undefined): Readonly<Record<string, number>> =>
  Object.fromEntries(countedStates.map((state) => [state, counts?.[state] ?? 0]));

export const jobRecord = (job: Job): JsonRecord => ({
  job_id: job.jobId,
  circuit_id: job.circuitId,
  created_at_ms: Number(job.createdAtMs),
  priority: job.priority,
  counts: countsRecord(job.counts),
  queue_position: Number(job.queuePosition),
  estimate_low_ms: Number(job.estimateLowMs),
  estimate_high_ms: Number(job.estimateHighMs),
  tasks: job.tasks.map(taskRecord),
});

const taskRecord = (task: Task): JsonRecord => ({
  task_id: task.taskId,
  index: task.index,
  state: stateWord(task.state),
  reason: task.reason,
  reason_code: task.reasonCode,
  attempts: task.attempts.map(attemptRecord),
});

const attemptRecord = (attempt: Attempt): JsonRecord => ({
  attempt_id: attempt.attemptId,
  number: attempt.number,
  worker_id: attempt.workerId,
  outcome: attempt.outcome,
  reason: attempt.reason,
  stage: attempt.stage,
  progress: attempt.progress,
  started_at_ms: Number(attempt.startedAtMs),
  ended_at_ms: Number(attempt.endedAtMs),
  duration_ms: attempt.durationMs,
});

export const taskEventRecord = (event: TaskEvent): JsonRecord => ({
  event: "task",
  task_id: event.taskId,
  index: event.index,
  state: stateWord(event.state),
  worker_id: event.workerId,
  stage: event.stage,
  progress: event.progress,
  attempt_number: event.attemptNumber,
  reason: event.reason,
});

export const circuitRecord = (circuit: Circuit): JsonRecord => ({
  id: circuit.id,
  version: circuit.version,
  curve: circuit.curve,
  constraints: circuit.constraints,
  domain_size: circuit.domainSize,
  public_signals: circuit.publicSignals,
  setup: circuit.setup,
  memory_bytes: Number(circuit.memoryBytes),
  wasm: artifactRecord(circuit.wasm),
  zkey: artifactRecord(circuit.zkey),
  vkey: artifactRecord(circuit.vkey),
  built_in: circuit.builtIn,
  signed: circuit.signed,
});

const artifactRecord = (artifact: CircuitArtifact | undefined): JsonRecord => ({
  url: artifact?.url ?? "",
  bytes: Number(artifact?.bytes ?? 0n),
  sha256: artifact?.sha256 ?? "",
});

export const statsRecord = (stats: NetworkStats): JsonRecord => ({
  nodes_active: stats.nodesActive,
  nodes_suspect: stats.nodesSuspect,
  tasks_queued: stats.tasksQueued,
  tasks_leased: stats.tasksLeased,
  oldest_queued_ms: Number(stats.oldestQueuedMs),
  accepted_last_minute: stats.acceptedLastMinute,
  accepted_total: Number(stats.acceptedTotal),
  failed_total: Number(stats.failedTotal),
  circuits: stats.circuits.map(circuitStatsRecord),
});

const circuitStatsRecord = (stats: CircuitStats): JsonRecord => ({
  circuit_id: stats.circuitId,
  queued: stats.queued,
  leased: stats.leased,
  accepted: Number(stats.accepted),
  proof_ms_p50: stats.proofMsP50,
  proof_ms_p95: stats.proofMsP95,
});
