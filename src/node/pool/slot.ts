/** One place for a prover worker: keeps a living one in it. */
import { exponential, fullJitter } from "../../domain/backoff.ts";
import type { ProverState } from "../../domain/event.ts";
import { NodeFailure } from "../../domain/failure.ts";
import type { FromProver, ProverReady } from "../../prover/protocol.ts";
import type { PoolNeeds, Prover } from "./prover.ts";

/** A worker that cannot start is tried again after 1 s, then up to a minute: it must not spin. */
const restarts = exponential(1_000, 60_000);
/** A module worker on a busy device; far above the half second that it takes on an idle one. */
const START_LIMIT_MS = 60_000;

/** WebAssembly memory never shrinks: a worker is renewed after so many proofs, or when it has grown past its circuit's need. */
const PROOFS_PER_WORKER = 200;
const WORKER_MEMORY_BYTES = 2 ** 30;

/** How a worker is after a proof that needed so many bytes. */
type Wear = {
  readonly proofs: number;
  readonly memoryBytes: number;
  readonly neededBytes: number;
};

export const isWorn = ({ proofs, memoryBytes, neededBytes }: Wear): boolean =>
  proofs >= PROOFS_PER_WORKER || memoryBytes > Math.max(WORKER_MEMORY_BYTES, 2 * neededBytes);

export class Slot {
  readonly #needs: PoolNeeds;
  readonly #index: number;
  readonly #ended = new AbortController();
  readonly #heard: (message: FromProver) => void;
  #prover: Prover | undefined;
  /** The one that has said that it can prove. */
  #able: Prover | undefined;
  #living: Promise<Prover>;
  #down = false;
  #firstReady: (ready: ProverReady) => void = () => undefined;
  /** What the first worker that could start said of itself. */
  readonly ready: Promise<ProverReady>;

  constructor(needs: PoolNeeds, index: number, heard: (message: FromProver) => void) {
    this.#needs = needs;
    this.#index = index;
    this.#heard = heard;
    this.ready = new Promise((resolve) => {
      this.#firstReady = resolve;
    });
    this.#living = this.#start();
  }

  /** The worker in it, if it can prove. */
  get able(): Prover | undefined {
    return this.#prover === this.#able ? this.#able : undefined;
  }

  /** Whether a worker that can prove is in it. */
  get alive(): boolean {
    return this.able !== undefined;
  }

  /** Whether the last worker could not start: from that failure until one can. */
  get down(): boolean {
    return this.#down;
  }

  /** A worker that can prove. @throws NodeFailure "cancelled" once the slot is ended. */
  prover(): Promise<Prover> {
    return this.#living;
  }

  /** Ends the worker at once, whatever it does, and starts another; unless that has been done already. */
  replace(worn: Prover, reason: string): void {
    if (this.#ended.signal.aborted || this.#prover !== worn) return;
    this.#needs.log.warn("Prover replaced", { prover: this.#index, reason });
    this.#show({ name: "replacing", reason });
    this.#prover = undefined;
    worn.terminate();
    this.#living = this.#start();
  }

  /** Ends the worker for good. */
  end(): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort(new NodeFailure("cancelled", "the node stops"));
    const last = this.#prover;
    this.#prover = undefined;
    this.#able = undefined;
    last?.terminate();
    this.#show({ name: "ended" });
  }

  async #start(): Promise<Prover> {
    const started = this.#tryUntilReady();
    // Whoever asks for the prover gets the rejection; when nobody asks, the end is no error.
    started.catch(() => undefined);
    return started;
  }

  async #tryUntilReady(): Promise<Prover> {
    for (let backoff = restarts; ; backoff = backoff.next()) {
      this.#ended.signal.throwIfAborted();
      const prover = this.#needs.spawn(this.#index);
      this.#prover = prover;
      this.#show({ name: "starting" });
      prover.listen(this.#heard);
      try {
        const ready = await this.#ready(prover);
        this.#ended.signal.throwIfAborted();
        this.#firstReady(ready);
        this.#able = prover;
        this.#down = false;
        this.#show({ name: "idle", why: "waiting for a task" });
        this.#replaceWhenLost(prover);
        return prover;
      } catch (reason) {
        this.#ended.signal.throwIfAborted();
        prover.terminate();
        await this.#failed(NodeFailure.from(reason, "prover_lost"), backoff.delayMs);
      }
    }
  }

  async #ready(prover: Prover): Promise<ProverReady> {
    const done = new AbortController();
    const late = this.#needs.clock.sleep(START_LIMIT_MS, done.signal).then(() => {
      throw new NodeFailure("prover_lost", `a prover did not start within ${START_LIMIT_MS} ms`);
    });
    try {
      return await Promise.race([prover.ready, late]);
    } finally {
      done.abort();
      late.catch(() => undefined);
    }
  }

  async #failed(failure: NodeFailure, delayMs: number): Promise<void> {
    const { clock, log, random, show } = this.#needs;
    this.#down = true;
    log.error("Prover cannot start", { prover: this.#index, error: failure.message });
    show({ type: "trouble", code: failure.code, message: failure.message });
    this.#show({ name: "replacing", reason: failure.message });
    await clock.sleep(delayMs / 2 + fullJitter(delayMs / 2, random), this.#ended.signal);
  }

  #replaceWhenLost(prover: Prover): void {
    // One that was replaced or ended on purpose is no longer the slot's.
    void prover.lost.then((failure) => this.replace(prover, failure.message));
  }

  #show(state: ProverState): void {
    this.#needs.show({ type: "prover", prover: this.#index, state });
  }
}
