/** The life cycle: the original worker's eight start steps, and its shutdown. Every change of phase is made here. */
import { anySignal } from "../domain/any-signal.ts";
import type { Clock } from "../domain/clock.ts";
import type { NodeNews, StartStep, StopStep } from "../domain/event.ts";
import { NodeFailure } from "../domain/failure.ts";
import { SHUTDOWN_TIMEOUT_MS } from "../domain/limits.ts";
import type { Log } from "../domain/log.ts";
import { within } from "../domain/pause.ts";
import type { EffectiveSettings, Settings } from "./protocol.ts";
import type { Run } from "./run.ts";

export type LifeNeeds = {
  readonly clock: Clock;
  readonly log: Log;
  readonly tell: (news: NodeNews) => void;
  readonly version: string;
  readonly cores: number;
  /** The options of the page's address. */
  readonly readOptions: () => Readonly<Record<string, string>>;
  readonly loadSettings: (options: Readonly<Record<string, string>>) => Promise<EffectiveSettings>;
  readonly makeRun: (signal: AbortSignal) => Promise<Run>;
  /** Resolves when all log lines so far are stored. */
  readonly flush: () => Promise<void>;
};

type Life = {
  /** Aborted by Stop while starting: the request is never lost, whatever step it meets. */
  readonly stopRequest: AbortController;
  /** Aborted by the second press of Stop. */
  readonly hurry: AbortController;
  run: Run | undefined;
  /** Whether Stop drains instead of ending the start. */
  running: boolean;
  starting: Promise<void>;
  /** The first press of Stop. */
  stopping: Promise<void> | undefined;
};

/** A write of some lines, on a busy device. */
const FLUSH_TIMEOUT_MS = 3_000;

const stepNumbers: Readonly<Record<StartStep, number>> = {
  options: 1,
  logger: 2,
  settings: 3,
  node: 4,
  connect: 5,
  statistics: 6,
  signals: 7,
  "shutdown-hook": 8,
};

export class LifeCycle {
  readonly #needs: LifeNeeds;
  #life: Life | undefined;

  constructor(needs: LifeNeeds) {
    this.#needs = needs;
  }

  /** The life that there is, if any. */
  get run(): Run | undefined {
    return this.#life?.run;
  }

  /** Begins a life; while one is trying to connect, tries again at once. */
  start(): void {
    if (this.#life !== undefined) {
      this.#life.run?.wake();
      return;
    }
    const life: Life = {
      stopRequest: new AbortController(),
      hurry: new AbortController(),
      run: undefined,
      running: false,
      starting: Promise.resolve(),
      stopping: undefined,
    };
    this.#life = life;
    life.starting = this.#begin(life);
  }

  /** First call: finishes within 30 s. Second call: ends at once. Resolves when stopped. */
  async stop(): Promise<void> {
    const life = this.#life;
    if (life === undefined) return;
    if (life.stopping === undefined) life.stopping = this.#end(life);
    else life.hurry.abort();
    return life.stopping;
  }

  /** Ends the life without a word to the coordinator: another tab leads now. */
  abandon(): void {
    const life = this.#life;
    this.#life = undefined;
    life?.stopRequest.abort(new NodeFailure("cancelled", "another tab leads"));
    life?.run?.abandon("another tab leads");
  }

  async #begin(life: Life): Promise<void> {
    const { log, tell } = this.#needs;
    try {
      await this.#steps(life);
      // Stopped or abandoned in the last step: that has its own phase.
      if (this.#life !== life || life.stopping !== undefined) return;
      tell({ type: "phase", phase: { name: "running" } });
    } catch (reason) {
      // Abandoned or stopped: whoever did that says so.
      if (life.stopRequest.signal.aborted) return;
      const { code, message } = NodeFailure.from(reason);
      life.run?.abandon(message);
      this.#life = undefined;
      log.error("Failed to start worker", { code, error: message });
      tell({ type: "phase", phase: { name: "failed", code, message } });
    }
  }

  async #steps(life: Life): Promise<void> {
    const { cores, flush, loadSettings, log, readOptions, version } = this.#needs;
    const { signal } = life.stopRequest;
    const step = this.#stepper(signal);
    log.info("Starting ZKP Worker Node", { version, available_cpus: cores });
    const options = await step("options", async () => readOptions());
    await step("logger", flush);
    const settings = await step("settings", async () => sound(await loadSettings(options)));
    const run = await step("node", () => this.#makeRun(life));
    await step("connect", () => run.connect(signal));
    await step("statistics", async () => this.#logStatistics(run, settings.values));
    await step("signals", async () => {
      life.running = true;
    });
    await step("shutdown-hook", async () => run.armGoodbye());
  }

  async #makeRun(life: Life): Promise<Run> {
    const { signal } = life.stopRequest;
    const run = await this.#needs.makeRun(signal);
    // Whoever stopped or abandoned the life meanwhile did not see this run, and its provers.
    if (signal.aborted) run.abandon("stopped while starting");
    signal.throwIfAborted();
    life.run = run;
    await run.warmUp(signal);
    return run;
  }

  #logStatistics(run: Run, { concurrency, id }: Settings): void {
    const { active, queued, connected } = run.statistics;
    this.#needs.log.info("Worker statistics", {
      worker_id: id,
      pool_concurrency: concurrency,
      active_tasks: active,
      queued_tasks: queued,
      connected,
    });
  }

  /** Runs a step, shows it, and logs what it took. A step that hangs keeps nobody from stopping. */
  #stepper(signal: AbortSignal): <T>(step: StartStep, work: () => Promise<T>) => Promise<T> {
    const { clock, log, tell } = this.#needs;
    return async (step, work) => {
      signal.throwIfAborted();
      tell({ type: "phase", phase: { name: "starting", step } });
      const startedAtMs = clock.now();
      const result = await untilAborted(signal, work);
      const ms = Math.round((clock.now() - startedAtMs) * 10) / 10;
      log.info("Start step done", { step: stepNumbers[step], name: step, ms });
      return result;
    };
  }

  async #end(life: Life): Promise<void> {
    const { clock, log, tell } = this.#needs;
    log.info("Shutdown signal received", { signal: "stop" });
    const deadlineAtMs = clock.unixMs() + SHUTDOWN_TIMEOUT_MS;
    const show = (step: StopStep): void => {
      // Abandoned meanwhile: the phase is the other tab's to tell.
      if (this.#life !== life) return;
      tell({ type: "phase", phase: { name: "stopping", deadlineAtMs, step } });
    };
    const clean = life.running ? await this.#drain(life, show) : await this.#endStart(life, show);
    show("flush");
    if (clean) log.info("Worker shutdown completed successfully");
    await this.#flush();
    if (this.#life !== life) return;
    this.#life = undefined;
    tell({ type: "phase", phase: { name: "stopped", clean } });
  }

  /** Storage that hangs keeps nobody from stopping. */
  async #flush(): Promise<void> {
    const { clock, flush } = this.#needs;
    const { signal } = new AbortController();
    const limit = { clock, ms: FLUSH_TIMEOUT_MS, signal, what: "storing the log" };
    await within(limit, flush).catch(() => undefined);
  }

  /** Stop while starting: there is nothing to finish. */
  async #endStart(life: Life, show: (step: StopStep) => void): Promise<boolean> {
    show("intake");
    life.stopRequest.abort(new NodeFailure("cancelled", "stopped while starting"));
    await life.starting;
    show("connection");
    await life.run?.end("stopped while starting");
    return true;
  }

  async #drain({ hurry, run }: Life, show: (step: StopStep) => void): Promise<boolean> {
    if (run === undefined) return true;
    const done = new AbortController();
    const stop = anySignal([done.signal, hurry.signal]);
    const late = this.#needs.clock.sleep(SHUTDOWN_TIMEOUT_MS, stop).then(
      () => "late" as const,
      () => "hurried" as const,
    );
    const drained = run.drain(show).then(() => "drained" as const);
    const outcome = await Promise.race([drained, late]);
    done.abort();
    if (outcome === "drained") return true;
    const { log } = this.#needs;
    if (outcome === "late") log.warn("Shutdown timeout exceeded, forcing termination");
    else log.warn("Second stop request, stopping at once");
    await run.end(outcome === "late" ? "the shutdown took too long" : "stopped at once");
    return false;
  }
}

/** Waits for `work`, but not longer than until the signal. @throws the signal's reason. */
const untilAborted = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
  const over = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const stop = (): void => reject(NodeFailure.from(signal.reason, "cancelled"));
    signal.addEventListener("abort", stop, { once: true, signal: over.signal });
  });
  try {
    const result = await Promise.race([work(), aborted]);
    signal.throwIfAborted();
    return result;
  } finally {
    over.abort();
  }
};

/** @throws NodeFailure "settings" naming every broken rule. */
const sound = (settings: EffectiveSettings): EffectiveSettings => {
  if (settings.problems.length === 0) return settings;
  const lines = settings.problems.map(
    ({ field, value, rule, source }) => `${field} is ${JSON.stringify(value)} (${source}), ${rule}`,
  );
  throw new NodeFailure("settings", lines.join("; "));
};
