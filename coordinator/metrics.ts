/**
 * What /metrics tells: the seed's ten metrics of workers, built from their heartbeats and the database, and the
 * coordinator's own. Label values that come from outside are taken from closed lists, so that nobody can flood a
 * monitoring system with series.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Sessions } from "./dispatch/sessions.ts";
import type { StatsRow, WorkerRow } from "./queue/queue.ts";
import type { CircuitId } from "../src/domain/ids.ts";
import type { Verdict } from "../src/domain/task.ts";
import { workerFamilies } from "./worker-metrics.ts";
import type { Durations } from "./worker-metrics.ts";
import { openCounter, prometheusText } from "./web/prometheus.ts";
import type { Counter, Family } from "./web/prometheus.ts";

/** The counters of one heartbeat. */
export type CountedByWorker = {
  readonly proofDurations: readonly { readonly circuitType: string; readonly durationMs: number }[];
  readonly calls: readonly {
    readonly method: string;
    readonly status: string;
    readonly count: number;
  }[];
};

export type Metrics = {
  readonly countCall: (method: string, status: string) => void;
  readonly countVerdict: (verdict: Verdict, circuit: CircuitId) => void;
  readonly countArtifact: (kind: string, status: number, bytes: number) => void;
  readonly countWorker: (counted: CountedByWorker) => void;
  /** The whole page, in Prometheus' text format. */
  readonly text: () => Promise<string>;
};

export type MetricsParts = {
  readonly sessions: Sessions;
  readonly workers: () => Promise<readonly WorkerRow[]>;
  readonly stats: () => Promise<StatsRow>;
  readonly isCircuit: (id: string) => boolean;
  /** Series by worker_id beside the sums. */
  readonly perWorker: boolean;
};

/** Proofs of a circuit that its quantiles look back on. */
const DURATIONS_KEPT = 512;

const methods: ReadonlySet<string> = new Set([
  "RegisterWorker",
  "SendHeartbeat",
  "ReceiveTasks",
  "StartTask",
  "ReportCompletion",
  "ReportFailure",
]);
const isStatus = (status: string): boolean => /^[A-Z_]{2,24}$/u.test(status);
/** gRPC has 17 codes; whoever sends other words in capitals ends in one series. */
const statuses: ReadonlySet<string> = new Set(
  "OK CANCELED CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED".split(
    " ",
  ),
);

const addDuration = (durations: Map<string, Durations>, circuit: string, ms: number): void => {
  const entry = durations.get(circuit) ?? { lastMs: [], sumMs: 0, count: 0 };
  entry.lastMs.push(ms);
  if (entry.lastMs.length > DURATIONS_KEPT) entry.lastMs.shift();
  entry.sumMs += ms;
  entry.count += 1;
  durations.set(circuit, entry);
};

type Counters = Readonly<
  Record<"rpc" | "verdicts" | "artifacts" | "artifactBytes" | "clientCalls", Counter>
>;

const openCounters = (): Counters => ({
  rpc: openCounter(),
  verdicts: openCounter(),
  artifacts: openCounter(),
  artifactBytes: openCounter(),
  clientCalls: openCounter(),
});

const family = (name: string, help: string, source: Pick<Family, "type" | "samples">): Family => ({
  name,
  help,
  ...source,
});

const counterFamilies = (counters: Counters): readonly Family[] =>
  (
    [
      ["coordinator_rpc_calls_total", "RPCs by how they ended.", counters.rpc],
      ["coordinator_reports_total", "Reports of workers by verdict.", counters.verdicts],
      ["artifact_requests_total", "Requests for circuit artifacts.", counters.artifacts],
      ["artifact_bytes_total", "Bytes of circuit artifacts offered.", counters.artifactBytes],
    ] as const
  ).map(([name, help, counter]) =>
    family(name, help, { type: "counter", samples: counter.samples() }),
  );

const queueFamilies = (stats: StatsRow, sessions: Sessions): readonly Family[] => {
  const counts = sessions.counts();
  const byState = (state: string, value: number) => ({ labels: { state }, value });
  return [
    family("coordinator_tasks", "Open tasks by state.", {
      type: "gauge",
      samples: [byState("queued", stats.queued), byState("leased", stats.leased)],
    }),
    family("coordinator_nodes", "Nodes connected to this replica by state.", {
      type: "gauge",
      samples: [byState("active", counts.active), byState("suspect", counts.suspect)],
    }),
    family("coordinator_oldest_queued_seconds", "Age of the oldest queued task.", {
      type: "gauge",
      samples: [{ value: stats.oldestQueuedMs / 1_000 }],
    }),
    family("coordinator_tasks_accepted_total", "Proofs accepted, ever.", {
      type: "counter",
      samples: [{ value: stats.acceptedTotal }],
    }),
    family("coordinator_tasks_failed_total", "Tasks that ended as failed, ever.", {
      type: "counter",
      samples: [{ value: stats.failedTotal }],
    }),
  ];
};

const NANOSECONDS_PER_SECOND = 1e9;
const LAG_RESOLUTION_MS = 20;
const LAG_QUANTILE = 99;

const processFamilies = (lagP99Nanoseconds: number): readonly Family[] => [
  family("process_resident_memory_bytes", "Resident memory of the coordinator.", {
    type: "gauge",
    samples: [{ value: process.memoryUsage.rss() }],
  }),
  family("nodejs_eventloop_lag_p99_seconds", "99th percentile of the event loop's lag.", {
    type: "gauge",
    samples: [{ value: lagP99Nanoseconds / NANOSECONDS_PER_SECOND }],
  }),
];

export const openMetrics = (parts: MetricsParts): Metrics => {
  const counters = openCounters();
  const durations = new Map<string, Durations>();
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  lag.enable();
  return {
    countCall: (method, status) => counters.rpc.add({ method, status }),
    countVerdict: (verdict, circuit) => counters.verdicts.add({ verdict, circuit }),
    countArtifact: (kind, status, bytes) => {
      counters.artifacts.add({ kind, status: String(status) });
      if (bytes > 0) counters.artifactBytes.add({ kind }, bytes);
    },
    countWorker: (counted) => {
      for (const { circuitType, durationMs } of counted.proofDurations) {
        if (parts.isCircuit(circuitType)) addDuration(durations, circuitType, durationMs);
      }
      for (const { method, status, count } of counted.calls) {
        if (!methods.has(method) || !isStatus(status)) continue;
        const known = statuses.has(status) ? status : "OTHER";
        counters.clientCalls.add({ method, status: known }, count);
      }
    },
    text: async () => {
      const [workers, stats] = await Promise.all([parts.workers(), parts.stats()]);
      return prometheusText([
        ...workerFamilies({
          workers,
          sessions: parts.sessions,
          perWorker: parts.perWorker,
          durations,
          clientCalls: counters.clientCalls.samples(),
        }),
        ...queueFamilies(stats, parts.sessions),
        ...counterFamilies(counters),
        ...processFamilies(lag.percentile(LAG_QUANTILE)),
      ]);
    },
  };
};
