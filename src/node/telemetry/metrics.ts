/** What heartbeats report: counters since the last one that arrived. */
import type { CircuitId } from "../../domain/ids.ts";
import type { CallCount, Metrics } from "../../domain/session.ts";

/** The gauges that are read when a heartbeat is made. */
export type Gauges = Pick<Metrics, "activeTasks" | "queuedTasks" | "streamOpenMs">;

/** A heartbeat has room for so many; the counters beside them are complete all the same. */
const MAX_DURATIONS = 256;

export class MetricsBook {
  #completed = 0;
  #failed = 0;
  #durations: Metrics["proofDurations"] = [];
  #calls = new Map<string, CallCount>();

  proved(circuitId: CircuitId, ms: number): void {
    this.#completed += 1;
    this.#durations = [...this.#durations, { circuitId, ms }].slice(-MAX_DURATIONS);
  }

  failed(): void {
    this.#failed += 1;
  }

  /** Counts an RPC by its outcome: a gRPC code in capitals, or "OK". */
  called(method: string, status: string): void {
    this.#count({ method, status, count: 1 });
  }

  /** The counters, which begin again at zero. */
  take(gauges: Gauges): Metrics {
    const taken: Metrics = {
      ...gauges,
      completed: this.#completed,
      failed: this.#failed,
      proofDurations: this.#durations,
      calls: [...this.#calls.values()],
    };
    this.#completed = 0;
    this.#failed = 0;
    this.#durations = [];
    this.#calls = new Map();
    return taken;
  }

  /** Counts again what was taken for a heartbeat that did not arrive. */
  restore(taken: Metrics): void {
    this.#completed += taken.completed;
    this.#failed += taken.failed;
    this.#durations = [...taken.proofDurations, ...this.#durations].slice(-MAX_DURATIONS);
    for (const call of taken.calls) this.#count(call);
  }

  #count({ method, status, count }: CallCount): void {
    const key = `${method} ${status}`;
    const before = this.#calls.get(key)?.count ?? 0;
    this.#calls.set(key, { method, status, count: before + count });
  }
}
