/**
 * Runs jobs on worker threads. In: jobs, any number at a time. Out: one outcome each, always. Promises: the queue is
 * bounded, a job has a deadline from the moment a thread takes it, a thread that hangs or dies is replaced and only its
 * own job is lost. Threads start when they are asked to or when there is work for them, and stay.
 */
import type { Worker } from "node:worker_threads";
import type { Log } from "../log.ts";
import { startThread } from "./isolation.ts";
import type { FromThread, ToThread } from "./thread-protocol.ts";

export type ThreadPool<Job, Result> = {
  readonly run: (job: Job) => Promise<PoolOutcome<Result>>;
  /** Starts all threads, so that the first jobs do not wait for that. */
  readonly warm: () => void;
  /** Jobs that no thread has taken yet. */
  readonly waiting: () => number;
  /** Ends the threads; jobs in them and in the queue are lost. */
  readonly close: () => Promise<void>;
};

export type PoolOutcome<Result> =
  | { readonly kind: "done"; readonly result: Result }
  /** The queue is full; nothing was tried. */
  | { readonly kind: "full" }
  /** The thread failed, hung or died on this job, or the pool was closed. */
  | { readonly kind: "lost"; readonly why: string };

export type ThreadPoolOptions = {
  /** For logs. */
  readonly name: string;
  /** A module that calls `serveJobs`. */
  readonly entry: URL;
  readonly threads: number;
  readonly queueLimit: number;
  /** From taking a job to its answer, ms. */
  readonly deadlineMs: number;
  readonly log: Log;
};

/** Loading snarkjs takes 0.5 s on an idle machine; a loaded one needs up to ten times that, and this is generous. */
const START_DEADLINE_MS = 30_000;
/** Well above what preparing keys and verifying needs; a thread that passes it is ended by V8 and replaced. */
const HEAP_LIMIT_MIB = 512;

type Pending = { readonly job: unknown; readonly settle: (outcome: PoolOutcome<unknown>) => void };

type Thread = {
  readonly worker: Worker;
  ready: boolean;
  running: (Pending & { readonly id: number }) | undefined;
  /** Of the start or of the running job. */
  timer: NodeJS.Timeout;
};

export const openThreadPool = <Job, Result>(
  options: ThreadPoolOptions,
): ThreadPool<Job, Result> => {
  const pool = new Pool(options);
  return {
    run: (job) =>
      new Promise((resolve) => {
        // The entry that `options` names answers with this type.
        pool.add({ job, settle: (outcome) => resolve(outcome as PoolOutcome<Result>) });
      }),
    warm: () => pool.warm(),
    waiting: () => pool.waiting,
    close: () => pool.close(),
  };
};

class Pool {
  readonly #options: ThreadPoolOptions;
  readonly #queue: Pending[] = [];
  readonly #threads = new Set<Thread>();
  #nextId = 1;
  #closed = false;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  warm(): void {
    if (this.#closed) return;
    while (this.#threads.size < this.#options.threads) this.#start();
  }

  add(pending: Pending): void {
    if (this.#closed) pending.settle({ kind: "lost", why: "the pool is closed" });
    else if (this.#queue.length >= this.#options.queueLimit) pending.settle({ kind: "full" });
    else {
      this.#queue.push(pending);
      this.#assign();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const queued = this.#queue.splice(0);
    for (const pending of queued) pending.settle({ kind: "lost", why: "the pool was closed" });
    await Promise.all(
      [...this.#threads].map((thread) => this.#retire(thread, "the pool was closed")),
    );
  }

  /** Gives waiting jobs to idle threads and starts threads for those that are left. */
  #assign(): void {
    for (const thread of this.#threads) {
      if (!thread.ready || thread.running !== undefined) continue;
      const pending = this.#queue.shift();
      if (pending === undefined) return;
      this.#hand(thread, pending);
    }
    const starting = [...this.#threads].filter((thread) => !thread.ready).length;
    const room = this.#options.threads - this.#threads.size;
    const wanted = Math.min(room, this.#queue.length - starting);
    for (let started = 0; started < wanted; started += 1) this.#start();
  }

  #hand(thread: Thread, pending: Pending): void {
    const id = this.#nextId;
    this.#nextId += 1;
    thread.running = { ...pending, id };
    thread.timer = setTimeout(() => {
      void this.#retire(thread, `no answer within ${this.#options.deadlineMs} ms`);
    }, this.#options.deadlineMs);
    thread.worker.ref();
    thread.worker.postMessage({ id, job: pending.job } satisfies ToThread);
  }

  #start(): void {
    const worker = startThread(this.#options.entry, { heapLimitMiB: HEAP_LIMIT_MIB });
    const timer = setTimeout(() => {
      void this.#retire(thread, `not started within ${START_DEADLINE_MS} ms`);
    }, START_DEADLINE_MS);
    const thread: Thread = { worker, ready: false, running: undefined, timer };
    this.#threads.add(thread);
    worker.on("message", (message: FromThread) => this.#receive(thread, message));
    worker.on("messageerror", (reason) => void this.#retire(thread, reason.message));
    worker.on("error", (reason) => void this.#retire(thread, textOf(reason)));
    worker.on("exit", (code) => void this.#retire(thread, `ended with code ${code}`));
  }

  #receive(thread: Thread, message: FromThread): void {
    if (message.type === "ready") {
      clearTimeout(thread.timer);
      thread.ready = true;
      // An idle thread keeps no program alive.
      thread.worker.unref();
    } else if (thread.running?.id === message.id) {
      const { settle } = thread.running;
      this.#free(thread);
      if (message.type === "result") settle({ kind: "done", result: message.result });
      else settle({ kind: "lost", why: message.why });
    }
    this.#assign();
  }

  #free(thread: Thread): void {
    clearTimeout(thread.timer);
    thread.running = undefined;
    thread.worker.unref();
  }

  /** Ends a thread for good. Its job is lost; a thread that never started takes one waiting job with it. */
  async #retire(thread: Thread, why: string): Promise<void> {
    if (!this.#threads.delete(thread)) return;
    clearTimeout(thread.timer);
    if (!this.#closed) this.#options.log.warn("thread replaced", { pool: this.#options.name, why });
    const lost = thread.running ?? (thread.ready ? undefined : this.#queue.shift());
    lost?.settle({ kind: "lost", why });
    if (!this.#closed) this.#assign();
    await thread.worker.terminate();
  }
}

const textOf = (reason: unknown): string =>
  reason instanceof Error ? reason.message : String(reason);
