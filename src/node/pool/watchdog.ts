/** When an attempt must be ended although nothing reported an error: its hard limit, and silence. */
import type { Clock } from "../../domain/clock.ts";
import { NodeFailure } from "../../domain/failure.ts";
import type { CircuitId } from "../../domain/ids.ts";

/** No prover is called hung sooner, whatever its circuit: the longest stage of 2^16 points takes a slow phone minutes. */
const MIN_SILENCE_MS = 300_000;
/**
 * Of a circuit that was never proven here: 5 ms per point of its domain. snarkjs in one thread takes 0.16 ms per point
 * for a whole proof on a desktop (2^14: 2.6 s), and a busy phone thirty times that.
 */
const SILENCE_MS_PER_POINT = 5;
/** A prover may be silent for so many whole proofs, as long as they take here. */
const SILENT_PROOFS = 3;
/** Durations that are kept per circuit. */
const SAMPLES = 100;
/** Limits move, so they are looked at every second. */
const TICK_MS = 1_000;
/** A tick that took longer was slept through by tab or device: the prover stood still for the rest of it too. */
const MAX_TICK_MS = 2_000;

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
    const expected = p95 === undefined ? domainSize * SILENCE_MS_PER_POINT : p95 * SILENT_PROOFS;
    return Math.max(MIN_SILENCE_MS, expected);
  }
}

const percentile95 = (samples: readonly number[]): number | undefined => {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1];
};

export type Limits = {
  /** Who is watched, as the failure names it. */
  readonly who: string;
  readonly hardMs: number;
  readonly silenceMs: number;
};

/** Counts time in its own ticks: what a tab was frozen or a device asleep is nobody's silence. */
export class Watchdog {
  readonly #clock: Clock;
  readonly #limits: Limits;
  #tickedAtMs: number;
  #elapsedMs = 0;
  #heardAtMs = 0;
  /** What the whole takes at the pace so far; 0 = nothing is known of it. */
  #expectedMs = 0;

  constructor(clock: Clock, limits: Limits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#tickedAtMs = clock.now();
  }

  /** Since it was made, ms, without what was slept. */
  elapsedMs(): number {
    const nowMs = this.#clock.now();
    this.#elapsedMs += Math.min(nowMs - this.#tickedAtMs, MAX_TICK_MS);
    this.#tickedAtMs = nowMs;
    return this.#elapsedMs;
  }

  /** A sign of life, with the share of the whole that is done, 0..1. */
  heard(share: number): void {
    this.#heardAtMs = this.elapsedMs();
    if (share > 0) this.#expectedMs = this.#heardAtMs / share;
  }

  /** Never resolves. @throws NodeFailure "timeout" when a limit is passed; the signal's reason. */
  async bark(signal: AbortSignal): Promise<never> {
    for (;;) {
      const { hardMs, who } = this.#limits;
      const elapsedMs = this.elapsedMs();
      const silenceMs = this.#silenceMs();
      const leftMs = Math.min(hardMs - elapsedMs, this.#heardAtMs + silenceMs - elapsedMs);
      if (elapsedMs >= hardMs) {
        throw new NodeFailure("timeout", `no proof within the limit of ${hardMs} ms`);
      }
      if (leftMs <= 0) {
        throw new NodeFailure("timeout", `${who} was silent for ${Math.round(silenceMs)} ms`);
      }
      await this.#clock.sleep(Math.min(leftMs, TICK_MS), signal);
    }
  }

  #silenceMs(): number {
    return Math.max(this.#limits.silenceMs, SILENT_PROOFS * this.#expectedMs);
  }
}
