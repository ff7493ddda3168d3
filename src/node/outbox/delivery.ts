/** Sends one report until the coordinator gives a verdict: three quick tries, then patiently, for as long as it takes. */
import { exponential, fullJitter, nearlyExact } from "../../domain/backoff.ts";
import type { Clock, Random } from "../../domain/clock.ts";
import { NodeFailure } from "../../domain/failure.ts";
import { REPORT_TIMEOUT_MS } from "../../domain/limits.ts";
import type { Log } from "../../domain/log.ts";
import { Pause, within } from "../../domain/pause.ts";
import type { ReportAnswer } from "../../domain/session.ts";
import type { Report } from "../../domain/task.ts";

export type DeliveryNeeds = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Reports that are under way at once. */
  readonly connections: number;
  readonly send: (report: Report, signal: AbortSignal) => Promise<ReportAnswer>;
  /** The coordinator answers, but will not read this report. */
  readonly parked: (report: Report) => void;
};

/** Seed: 3 tries, with 1, 2 and 4 s after them. */
const QUICK_TRIES = 3;
const quick = exponential(1_000, 4_000);
const patient = exponential(5_000, 60_000);

export class Delivery {
  readonly #needs: DeliveryNeeds;
  readonly #pauses = new Set<Pause>();
  #busy = 0;
  #queue: readonly (() => void)[] = [];

  constructor(needs: DeliveryNeeds) {
    this.#needs = needs;
  }

  /** Resolves with the verdict. @throws only the signal's reason. */
  async deliver(report: Report, signal: AbortSignal): Promise<ReportAnswer> {
    let backoff = quick;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#try(report, attempt, signal);
      if (answer !== undefined) return answer;
      if (attempt === QUICK_TRIES + 1) backoff = patient;
      await this.#wait(
        attempt <= QUICK_TRIES
          ? nearlyExact(backoff.delayMs, this.#needs.random)
          : fullJitter(backoff.delayMs, this.#needs.random),
        signal,
      );
      backoff = backoff.next();
    }
  }

  /** Ends all waits. */
  wake(): void {
    for (const pause of this.#pauses) pause.wake();
  }

  /** `undefined` = no verdict yet. */
  async #try(
    report: Report,
    attempt: number,
    signal: AbortSignal,
  ): Promise<ReportAnswer | undefined> {
    const { clock, log, send } = this.#needs;
    await this.#enter();
    try {
      const limit = { clock, ms: REPORT_TIMEOUT_MS, signal, what: "the report" };
      return await within(limit, (inner) => send(report, inner));
    } catch (reason) {
      signal.throwIfAborted();
      const { code, message } = NodeFailure.from(reason, "unreachable");
      const { taskId } = report.assignment;
      log.warn("Report not delivered, retrying", {
        task_id: taskId,
        attempt,
        code,
        error: message,
      });
      if (code !== "unreachable") this.#needs.parked(report);
      return undefined;
    } finally {
      this.#leave();
    }
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    const pause = new Pause(this.#needs.clock);
    this.#pauses.add(pause);
    try {
      await pause.wait(ms, signal);
    } finally {
      this.#pauses.delete(pause);
    }
  }

  async #enter(): Promise<void> {
    if (this.#busy < this.#needs.connections) {
      this.#busy += 1;
      return;
    }
    // Whoever leaves hands over the place.
    await new Promise<void>((resolve) => {
      this.#queue = [...this.#queue, resolve];
    });
  }

  #leave(): void {
    const [next, ...others] = this.#queue;
    if (next === undefined) {
      this.#busy -= 1;
      return;
    }
    this.#queue = others;
    next();
  }
}
