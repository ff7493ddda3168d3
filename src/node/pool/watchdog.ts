/** When an attempt must be ended although nothing reported an error: its hard limit, and silence. */
import type { Clock } from "../../domain/clock.ts";
import { NodeFailure } from "../../domain/failure.ts";
import type { CircuitId } from "../../domain/ids.ts";

/** No prover is called hung sooner, whatever its circuit. */
const MIN_SILENCE_MS = 60_000;
/**
 * Of a circuit that was never proven here: 1 ms per point of its domain. snarkjs in one thread takes 0.16 ms per point
 * for a whole proof (2^14: 2.6 s), and a busy device ten times that, of which no stage is silent for all.
 */
const SILENCE_MS_PER_POINT = 1;
const SILENT_P95S = 3;
/** Durations that are kept per circuit. */
const SAMPLES = 100;

/** Durations of the proofs of this node, per circuit. */
export class Durations {
  readonly #samples = new Map<CircuitId, readonly number[]>();

  add(circuit: CircuitId, ms: number): void {
    const before = this.#samples.get(circuit) ?? [];
    this.#samples.set(circuit, [...before.slice(-SAMPLES + 1), ms]);
  }

  /** How long a prover may be silent, ms. */
  silenceMs(circuit: CircuitId, domainSize: number): number {
    const p95 = percentile95(this.#samples.get(circuit) ?? []);
    const expected = p95 === undefined ? domainSize * SILENCE_MS_PER_POINT : p95 * SILENT_P95S;
    return Math.max(MIN_SILENCE_MS, expected);
  }
}

const percentile95 = (samples: readonly number[]): number | undefined => {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1];
};

export class Watchdog {
  readonly #clock: Clock;
  readonly #hardLimitMs: number;
  readonly #startedAtMs: number;
  #heardAtMs: number;
  /** Until `expectProgress`, while files are loaded, only the hard limit counts. */
  #silenceMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, hardLimitMs: number) {
    this.#clock = clock;
    this.#hardLimitMs = hardLimitMs;
    this.#startedAtMs = clock.now();
    this.#heardAtMs = this.#startedAtMs;
  }

  get elapsedMs(): number {
    return this.#clock.now() - this.#startedAtMs;
  }

  expectProgress(everyMs: number): void {
    this.#silenceMs = everyMs;
    this.heard();
  }

  heard(): void {
    this.#heardAtMs = this.#clock.now();
  }

  /** Never resolves. @throws NodeFailure "timeout" when a limit is passed; the signal's reason. */
  async bark(signal: AbortSignal): Promise<never> {
    for (;;) {
      const hardMs = this.#hardLimitMs - this.elapsedMs;
      const silentMs = this.#heardAtMs + this.#silenceMs - this.#clock.now();
      if (hardMs <= 0) {
        throw new NodeFailure("timeout", `no proof within the limit of ${this.#hardLimitMs} ms`);
      }
      if (silentMs <= 0) {
        throw new NodeFailure("timeout", `the prover was silent for ${this.#silenceMs} ms`);
      }
      // A second at most, since the limits move.
      await this.#clock.sleep(Math.min(hardMs, silentMs, 1_000), signal);
    }
  }
}
