/** One task at a time on one prover, from the circuit's files to the verified proof or the failure's cause. */
import type { CircuitFiles } from "../../artifacts/protocol.ts";
import { proofBytes, type Circuit } from "../../domain/circuit.ts";
import { NodeFailure } from "../../domain/failure.ts";
import { createTeam } from "../../domain/team.ts";
import type { AttemptId } from "../../domain/ids.ts";
import { MAX_INPUT_BYTES } from "../../domain/limits.ts";
import type { Assignment, Report } from "../../domain/task.ts";
import type { FromProver, ProveOutcome, ProverReady } from "../../prover/protocol.ts";
import {
  announce,
  beginJob,
  guarded,
  memoryLimits,
  provingState,
  tellFailed,
  tellProved,
  waitingState,
  type Job,
  type Teller,
} from "./job.ts";
import type { AttemptFailure, NotLoaded, PoolNeeds } from "./prover.ts";
import { causeOf, completion, isOwnFault, oversized, seedWords, unloadable } from "./reports.ts";
import { tellDoubts } from "./doubts.ts";
import type { LaneView } from "./lending.ts";
import type { SharedProof } from "./loan.ts";
import type { MemoryShare } from "./memory-share.ts";
import { isWorn, Slot } from "./slot.ts";
import { Spare } from "./spare.ts";
import { Watchdog, type Durations } from "./watchdog.ts";

/** What the lanes of a pool have in common. */
type Shared = {
  readonly durations: Durations;
  readonly memory: MemoryShare;
  /** Called when a lane may lend its prover, or wants others'. */
  readonly changed: () => void;
  /** Called when the proof of a lane that others may help with is over. */
  readonly over: (leader: number) => void;
};

export class Lane {
  readonly #needs: PoolNeeds;
  readonly #index: number;
  readonly #shared: Shared;
  readonly #slot: Slot;
  readonly #teller: Teller;
  readonly #spare: Spare;
  #job: Job | undefined;
  #proofs = 0;
  #finishing = false;

  constructor(needs: PoolNeeds, index: number, shared: Shared) {
    this.#needs = needs;
    this.#index = index;
    this.#shared = shared;
    this.#slot = new Slot(needs, index, (message) => this.#heard(message));
    const { clock, log, show } = needs;
    this.#teller = { log, show, lane: index };
    this.#spare = new Spare({
      ...{ clock, log, show, lane: index, slot: this.#slot },
      changed: shared.changed,
      idle: () => this.#quiet(),
    });
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

  /** The proof that it makes, as long as others may help: nobody can with its end, nor with another engine's attempt. */
  get leads(): SharedProof | undefined {
    const proof = this.#job?.proof;
    return proof?.team.isOver === true ? undefined : proof;
  }

  get view(): LaneView {
    if (this.leads === undefined) return this.#spare.view;
    return { name: "leads", room: helpersOf(this.leads.files) };
  }

  /** Lends the prover to the proof of the lane `leader`. */
  help(proof: SharedProof, leader: number): void {
    this.#spare.lend(proof, leader);
  }

  /** The proof of the lane `leader` is over. */
  recall(leader: number): void {
    this.#spare.recall(leader);
  }

  /** Reports of what it takes from `tasks`, one by one; takes nothing while its prover cannot prove. */
  async *reports(tasks: AsyncIterator<Assignment>): AsyncGenerator<Report> {
    while (!this.#finishing || this.#slot.alive) {
      const living = await this.#slot.prover().catch(() => undefined);
      if (living === undefined) return;
      const next = await this.#spare.until(tasks.next());
      if (next.done === true) break;
      this.#spare.recall();
      const report = await this.#attempt(next.value);
      if (report !== undefined) yield report;
    }
    // Until then it may help with the last proofs.
    await this.#spare.back();
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
    const job = beginJob(assignment, this.#needs.clock);
    this.#job = job;
    try {
      return await this.#prove(job);
    } catch (reason) {
      return this.#ended(job, NodeFailure.from(reason));
    } finally {
      this.#job = undefined;
      if (job.proof !== undefined) {
        job.proof.team.end();
        this.#shared.over(this.#index);
      }
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
    const loaded = await guarded(job, this.#needs.load(assignment, heard));
    if (!loaded.ok) return this.#notLoaded(job, loaded);
    const { circuit } = loaded.files;
    if (loaded.files.trust === "unsigned" && !this.#needs.allowUnsigned()) {
      this.#needs.handBack(assignment, `circuit ${circuit.id} is not signed by a trusted key`);
      this.#idle();
      return undefined;
    }
    await this.#haveMemory(job, circuit);
    await guarded(job, this.#spare.back());
    const prover = await guarded(job, this.#slot.prover());
    job.prover = prover;
    // Only now: what a download takes is not the proof's.
    job.watchdog = new Watchdog(this.#needs.clock, {
      who: "the prover",
      hardMs: assignment.hardLimitMs,
      silenceMs: this.#shared.durations.silenceMs(circuit.id, circuit.domainSize),
    });
    announce(job, this.#needs);
    job.proof = this.#sharedProof(loaded.files);
    const request = {
      attemptId: assignment.attemptId,
      files: loaded.files,
      input: assignment.input,
      team: job.proof?.team.buffer,
    };
    this.#shared.changed();
    const outcome = await guarded(job, prover.prove(request));
    tellDoubts(this.#needs, outcome, loaded.files);
    return outcome.ok
      ? this.#proved(job, outcome, loaded.files)
      : this.#failed(job, { ...outcome, message: seedWords(outcome.message) });
  }

  /** Waits until the proofs of the other lanes leave enough; meanwhile the prover may help with them. */
  async #haveMemory(job: Job, circuit: Circuit): Promise<void> {
    const { memory } = this.#shared;
    const { signal } = job.end;
    const bytes = proofBytes(circuit);
    if (memory.hasRoom(bytes)) return memory.claim(bytes, signal);
    job.watchdog = new Watchdog(this.#needs.clock, memoryLimits);
    job.waits = waitingState(circuit, this.#needs.memoryBudgetBytes);
    this.#quiet();
    await guarded(job, this.#spare.until(memory.claim(bytes, signal)));
    job.waits = undefined;
    this.#spare.recall();
    this.#progress(job, 0);
  }

  #sharedProof(files: CircuitFiles): SharedProof | undefined {
    const isLarge = files.circuit.domainSize >= this.#needs.togetherFrom;
    return isLarge && helpersOf(files) > 0 ? { team: createTeam(), files } : undefined;
  }

  #notLoaded(job: Job, outcome: NotLoaded): Report | undefined {
    if (!isOwnFault(outcome)) return this.#failed(job, unloadable(outcome));
    this.#needs.decline(job.assignment, outcome);
    this.#idle();
    return undefined;
  }

  #heard(message: FromProver): void {
    const job = this.#job;
    if (job?.assignment.attemptId !== message.attemptId) return;
    job.watchdog.heard(message.share);
    job.stage = message.stage;
    this.#progress(job, message.share);
  }

  #progress(job: Job, share: number): void {
    const state = provingState(job, share, this.#needs.clock.now());
    this.#needs.show({ type: "prover", prover: this.#index, state });
  }

  #proved(job: Job, outcome: Extract<ProveOutcome, { ok: true }>, files: CircuitFiles): Report {
    this.#proofs += 1;
    this.#spare.proved();
    this.#shared.durations.add(job.assignment.circuitId, job.watchdog.elapsedMs());
    tellProved(this.#teller, job, outcome);
    this.#renewWhenWorn(job, outcome.memoryBytes, files.circuit.memoryBytes);
    return completion(job.assignment, outcome.proof);
  }

  #renewWhenWorn({ prover }: Job, memoryBytes: number, neededBytes: number): void {
    if (prover === undefined || !isWorn({ proofs: this.#proofs, memoryBytes, neededBytes })) {
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
    const report = tellFailed(this.#teller, job, failure);
    this.#idle();
    return report;
  }

  /** What a lane shows whose prover has nothing to do. */
  #quiet(): void {
    const state = this.#job?.waits;
    if (state !== undefined) this.#needs.show({ type: "prover", prover: this.#index, state });
    else if (this.#job === undefined) this.#idle();
  }

  #idle(): void {
    // It is not idle while it helps; when it is back, that is said.
    if (this.#spare.view.name === "helps") return;
    // A slot whose prover is being replaced, or is ended, says so itself.
    if (!this.#slot.alive) return;
    const state = { name: "idle", why: "waiting for a task" } as const;
    this.#needs.show({ type: "prover", prover: this.#index, state });
  }
}

/** How many others can work with a key: those whose slots there are, where all provers share it. */
const helpersOf = ({ key }: CircuitFiles): number =>
  key?.kind === "shared" ? key.slots.count - 1 : 0;
