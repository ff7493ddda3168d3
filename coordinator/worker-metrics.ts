/** The seed's ten metrics. Without worker_id: the sum over all workers; with it: one worker's own value. */
import type { Sessions } from "./dispatch/sessions.ts";
import { proversOf } from "./dispatch/session.ts";
import type { Session } from "./dispatch/session.ts";
import type { WorkerRow } from "./queue/queue.ts";
import type { Family, Sample } from "./web/prometheus.ts";

/** Proofs of one circuit: the last ones, and all of them together. */
export type Durations = { readonly lastMs: number[]; sumMs: number; count: number };

export type WorkerMetricsFacts = {
  readonly workers: readonly WorkerRow[];
  readonly sessions: Sessions;
  readonly perWorker: boolean;
  readonly durations: ReadonlyMap<string, Durations>;
  readonly clientCalls: readonly Sample[];
};

/** Series by worker at most: beyond it the sums have to do. */
const WORKERS_LISTED = 1_000;

/** One worker: its row, and its session while it is connected here. */
type Worker = { readonly row: WorkerRow; readonly session: Session | undefined };

type WorkerMetric = {
  readonly name: string;
  readonly type: Family["type"];
  readonly help: string;
  readonly value: (worker: Worker) => number;
  /** How the values of all workers make one. */
  readonly join: (values: readonly number[]) => number;
};

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
const latest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);

const perWorkerMetrics: readonly WorkerMetric[] = [
  {
    name: "worker_connected",
    type: "gauge",
    help: "1 while the worker's task stream is open; without worker_id: how many are.",
    value: ({ session }) => (session?.feed === undefined ? 0 : 1),
    join: sum,
  },
  {
    name: "worker_last_heartbeat_seconds",
    type: "gauge",
    help: "Unix time of the last sign of life; without worker_id: the latest of all.",
    value: ({ row }) => row.lastSeenMs / 1_000,
    join: latest,
  },
  {
    name: "worker_pool_concurrency",
    type: "gauge",
    help: "Provers of the worker.",
    value: ({ session }) => (session === undefined ? 0 : proversOf(session)),
    join: sum,
  },
  {
    name: "worker_active_tasks",
    type: "gauge",
    help: "Tasks that the worker is proving, as it said last.",
    value: ({ session }) => session?.metrics.activeTasks ?? 0,
    join: sum,
  },
  {
    name: "worker_queued_tasks",
    type: "gauge",
    help: "Tasks that wait in the worker's inbox, as it said last.",
    value: ({ session }) => session?.metrics.queuedTasks ?? 0,
    join: sum,
  },
  {
    name: "worker_tasks_completed_total",
    type: "counter",
    help: "Proofs of the worker that were accepted.",
    value: ({ row }) => row.completed,
    join: sum,
  },
  {
    name: "worker_tasks_failed_total",
    type: "counter",
    help: "Attempts of the worker that failed, but for tasks that nobody can prove.",
    value: ({ row }) => row.failed,
    join: sum,
  },
];

const familyOf = (metric: WorkerMetric, workers: readonly Worker[], perWorker: boolean): Family => {
  const { name, type, help, value, join } = metric;
  const listed = perWorker ? workers.slice(0, WORKERS_LISTED) : [];
  const own = listed.map((worker) => ({
    labels: { worker_id: worker.row.workerId },
    value: value(worker),
  }));
  return { name, type, help, samples: [{ value: join(workers.map(value)) }, ...own] };
};

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;

const durationFamily = (durations: ReadonlyMap<string, Durations>): Family => ({
  name: "worker_proof_duration_seconds",
  type: "summary",
  help: "Time from the start of an attempt on its prover to the verified proof.",
  samples: [...durations].flatMap(([circuit, { lastMs, sumMs, count }]) => {
    const sorted = [...lastMs].sort((a, b) => a - b);
    const labels = { circuit_type: circuit };
    return [
      ...[0.5, 0.95].map((share) => ({
        labels: { ...labels, quantile: String(share) },
        value: quantile(sorted, share) / 1_000,
      })),
      { suffix: "_sum", labels, value: sumMs / 1_000 },
      { suffix: "_count", labels, value: count },
    ];
  }),
});

const streamFamily = (workers: readonly Worker[]): Family => ({
  name: "grpc_client_stream_duration_seconds",
  type: "gauge",
  help: "How long the workers' open task streams have been open, together.",
  samples: [
    {
      labels: { method: "ReceiveTasks" },
      value: sum(workers.map(({ session }) => session?.metrics.streamOpenMs ?? 0)) / 1_000,
    },
  ],
});

export const workerFamilies = (facts: WorkerMetricsFacts): readonly Family[] => {
  const workers = facts.workers.map((row) => ({ row, session: facts.sessions.of(row.workerId) }));
  return [
    ...perWorkerMetrics.map((metric) => familyOf(metric, workers, facts.perWorker)),
    durationFamily(facts.durations),
    {
      name: "grpc_client_calls_total",
      type: "counter",
      help: "Calls of the workers by how they ended, as they counted them.",
      samples: facts.clientCalls,
    },
    streamFamily(workers),
  ];
};
