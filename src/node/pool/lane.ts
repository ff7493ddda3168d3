/** One task at a time on one prover, from the circuit's files to the verified proof or the failure's cause. */
import type { CircuitFiles } from "../../artifacts/protocol.ts";
import { anySignal } from "../../domain/any-signal.ts";
import { NodeFailure } from "../../domain/failure.ts";
import type { AttemptId } from "../../domain/ids.ts";
import { MAX_INPUT_BYTES } from "../../domain/limits.ts";
import { within } from "../../domain/pause.ts";
import type { Assignment, Report, Stage } from "../../domain/task.ts";
import type { FromProver, ProveOutcome, ProverReady } from "../../prover/protocol.ts";
import type { AttemptFailure, NotLoaded, PoolNeeds, Prover } from "./prover.ts";
import {
  causeOf,
  completion,
  isOwnFault,
  oversized,
  refOf,
  seedWords,
  unloadable,
} from "./reports.ts";
import { Slot } from "./slot.ts";
import { Watchdog, type Durations, type Limits } from "./watchdog.ts";

/** WebAssembly memory never shrinks: a worker is renewed after so many proofs, or when it has grown past its circuit's need. */
const PROOFS_PER_WORKER = 200;
const WORKER_MEMORY_BYTES = 2 ** 30;
/** A download that nothing comes of is tried again for up to four minutes; after five the artifact worker is hung. */
const LOAD_SILENCE_MS = 300_000;
/** A proof does not wait for it: it only must not be waited for for ever. */
const BEGIN_TIMEOUT_MS = 10_000;

/** The task that a lane has. */
type Job = {
  readonly assignment: Assignment;
  readonly end: AbortController;
  readonly startedAtMs: number;
  /** On the clock that only goes forward. */
  readonly begunAtMs: number;
  /** Of the files first, then of the proof. */
  watchdog: Watchdog;
  stage: Stage;
  /** Once the task is in its hands: what ends the task must end it. */
  prover: Prover | undefined;
};

export class Lane {
  readonly #needs: PoolNeeds;
  readonly #index: number;
  readonly #durations: Durations;
  readonly #slot: Slot;
  #job: Job | undefined;
  #proofs = 0;
  #finishing = false;

  constructor(needs: PoolNeeds, index: number, durations: Durations) {
    this.#needs = needs;
    this.#index = index;
    this.#durations = durations;
    this.#slot = new Slot(needs, index, (message) => this.#heard(message));
  }

  /** What the first prover of it said when it could prove. */
  get ready(): Promise<ProverReady> {
    return this.#slot.ready;
  }

  /** Whether its prover could not start, and is not yet tried again with success. */
  get down(): boolean {
    return this.#slot.down;
  }

  get proves(): AttemptId | undefined {
    return this.#job?.assignment.attemptId;
  }

  /** Reports of what it takes from `tasks`, one by one; takes nothing while its prover cannot prove. */
  async *reports(tasks: AsyncIterator<Assignment>): AsyncGenerator<Report> {
    while (!this.#finishing || this.#slot.alive) {
      const living = await this.#slot.prover().catch(() => undefined);
      if (living === undefined) return;
      const next = await tasks.next();
      if (next.done === true) break;
      const report = await this.#attempt(next.value);
      if (report !== undefined) yield report;
    }
    this.end("no task is left");
  }

  /** No task comes any more: a prover that is not there is not waited for. */
  finish(): void {
    this.#finishing = true;
    if (this.#job === undefined && !this.#slot.alive) this.end("no task is left");
  }

  /** Ends the present task and its prover; nothing is reported of it. */
  cancel(why: string): void {
    this.#job?.end.abort(new NodeFailure("cancelled", why));
  }

  /** Ends the prover for good, and the task with it. */
  end(why: string): void {
    this.cancel(why);
    this.#slot.end();
  }

  async #attempt(assignment: Assignment): Promise<Report | undefined> {
    const { clock } = this.#needs;
    const job: Job = {
      assignment,
      end: new AbortController(),
      startedAtMs: clock.unixMs(),
      begunAtMs: clock.now(),
      watchdog: new Watchdog(clock, loadLimits),
      stage: "key",
      prover: undefined,
    };
    this.#job = job;
    try {
      return await this.#prove(job);
    } catch (reason) {
      return this.#ended(job, NodeFailure.from(reason));
    } finally {
      this.#job = undefined;
      // Ends the watchdog's and the announcement's waits.
      job.end.abort(new NodeFailure("cancelled", "the attempt is over"));
    }
  }

  async #prove(job: Job): Promise<Report | undefined> {
    const { assignment } = job;
    if (assignment.input.length > MAX_INPUT_BYTES) {
      return this.#failed(job, oversized(assignment.input.length));
    }
    this.#progress(job, 0);
    const heard = (): void => job.watchdog.heard(0);
    const loaded = await this.#guarded(job, this.#needs.load(assignment, heard));
    if (!loaded.ok) return this.#notLoaded(job, loaded);
    const { circuit } = loaded.files;
    if (loaded.files.trust === "unsigned" && !this.#needs.allowUnsigned()) {
      this.#needs.distrust(assignment, `circuit ${circuit.id} is not signed by a trusted key`);
      this.#idle();
      return undefined;
    }
    const prover = await this.#guarded(job, this.#slot.prover());
    job.prover = prover;
    // Only now: what a download takes is not the proof's.
    job.watchdog = new Watchdog(this.#needs.clock, {
      who: "the prover",
      hardMs: assignment.hardLimitMs,
      silenceMs: this.#durations.silenceMs(circuit.id, circuit.domainSize),
    });
    this.#announce(job);
    const request = {
      attemptId: assignment.attemptId,
      files: loaded.files,
      input: assignment.input,
    };
    const outcome = await this.#guarded(job, prover.prove(request));
    return outcome.ok
      ? this.#proved(job, outcome, loaded.files)
      : this.#failed(job, { ...outcome, message: seedWords(outcome.message) });
  }

  #notLoaded(job: Job, outcome: NotLoaded): Report | undefined {
    if (!isOwnFault(outcome)) return this.#failed(job, unloadable(outcome));
    this.#needs.decline(job.assignment, outcome);
    this.#idle();
    return undefined;
  }

  /** Whatever is waited for, the attempt may be cancelled or pass its limits meanwhile. */
  async #guarded<T>(job: Job, work: Promise<T>): Promise<T> {
    work.catch(() => undefined);
    const done = new AbortController();
    const signal = anySignal([job.end.signal, done.signal]);
    const barked = job.watchdog.bark(signal);
    try {
      return await Promise.race([work, barked]);
    } finally {
      done.abort();
      barked.catch(() => undefined);
    }
  }

  #announce(job: Job): void {
    const { signal } = job.end;
    const { begin, clock } = this.#needs;
    const limit = { clock, ms: BEGIN_TIMEOUT_MS, signal, what: "StartTask" };
    void within(limit, (inner) => begin(refOf(job.assignment), inner)).then(
      (answer) => {
        if (!answer.go) job.end.abort(new NodeFailure("cancelled", answer.why));
      },
      // The heartbeats say the same; a proof that is not announced is as good.
      () => undefined,
    );
  }

  #heard(message: FromProver): void {
    const job = this.#job;
    if (job?.assignment.attemptId !== message.attemptId) return;
    job.watchdog.heard(message.share);
    job.stage = message.stage;
    this.#progress(job, message.share);
  }

  #progress(job: Job, share: number): void {
    const { attemptId, circuitId, project } = job.assignment;
    const elapsedMs = this.#needs.clock.now() - job.begunAtMs;
    const progress = { stage: job.stage, share, elapsedMs };
    const state = {
      name: "proving",
      attemptId,
      circuitId,
      project,
      startedAtMs: job.startedAtMs,
      progress,
    } as const;
    this.#needs.show({ type: "prover", prover: this.#index, state });
  }

  #proved(job: Job, outcome: Extract<ProveOutcome, { ok: true }>, files: CircuitFiles): Report {
    const { attemptId, circuitId } = job.assignment;
    const { proof, memoryBytes } = outcome;
    this.#proofs += 1;
    this.#durations.add(circuitId, job.watchdog.elapsedMs());
    const told = { prover: this.#index, attemptId, circuitId, durationMs: proof.durationMs };
    this.#needs.show({ type: "proved", ...told });
    this.#needs.show({ type: "memory", prover: this.#index, bytes: memoryBytes });
    this.#needs.log.info("Proof generated", {
      task_id: job.assignment.taskId,
      circuit_type: circuitId,
      prover: this.#index,
      duration_ms: Math.round(proof.durationMs),
      memory_bytes: memoryBytes,
    });
    this.#renewWhenWorn(job, memoryBytes, files.circuit.memoryBytes);
    return completion(job.assignment, proof);
  }

  #renewWhenWorn({ prover }: Job, memoryBytes: number, neededBytes: number): void {
    const limit = Math.max(WORKER_MEMORY_BYTES, 2 * neededBytes);
    const worn = memoryBytes > limit || this.#proofs >= PROOFS_PER_WORKER;
    if (!worn || prover === undefined) {
      this.#idle();
      return;
    }
    const proofs = this.#proofs;
    this.#proofs = 0;
    this.#slot.replace(prover, `renewed after ${proofs} proofs at ${memoryBytes} bytes of memory`);
  }

  /** The attempt ended without an outcome: cancelled, hung, or its prover died. */
  #ended(job: Job, failure: NodeFailure): Report | undefined {
    const { attemptId } = job.assignment;
    if (job.prover !== undefined) {
      this.#proofs = 0;
      this.#slot.replace(job.prover, failure.message);
    }
    if (failure.code === "cancelled") {
      this.#idle();
      this.#needs.show({ type: "attempt-lost", attemptId, why: failure.message });
      return undefined;
    }
    const message = seedWords(failure.message);
    return this.#failed(job, { cause: causeOf(failure), message, stage: job.stage });
  }

  #failed(job: Job, failure: AttemptFailure): Report {
    const { attemptId, circuitId, taskId } = job.assignment;
    const { cause, message, stage } = failure;
    const told = { prover: this.#index, attemptId, circuitId, cause, message };
    this.#needs.show({ type: "proof-failed", ...told });
    // Not the message: it may quote the input.
    this.#needs.log.warn("Proof failed", {
      task_id: taskId,
      circuit_type: circuitId,
      cause,
      stage,
    });
    this.#idle();
    return { kind: "failure", assignment: refOf(job.assignment), cause, message, stage };
  }

  #idle(): void {
    // A slot whose prover is being replaced, or is ended, says so itself.
    if (!this.#slot.alive) return;
    const state = { name: "idle", why: "waiting for a task" } as const;
    this.#needs.show({ type: "prover", prover: this.#index, state });
  }
}

/** Nobody knows how long files take to come; only that something must come. */
const loadLimits: Limits = {
  who: "the download",
  hardMs: Number.POSITIVE_INFINITY,
  silenceMs: LOAD_SILENCE_MS,
};
