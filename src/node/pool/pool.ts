/**
 * In: assignments, pulled by whichever prover is free. Out: one stream of reports per prover. Promises: one task per
 * prover at a time; every task ends in a report, in being given back, or in being cancelled, whatever its prover does. A
 * prover that hangs or dies is ended and replaced. One that has no task helps with a large proof of another's, and leaves
 * it when it gets a task itself.
 */
import type { AttemptId } from "../../domain/ids.ts";
import type { Assignment, Report } from "../../domain/task.ts";
import type { ProverReady } from "../../prover/protocol.ts";
import { Lane } from "./lane.ts";
import { chooseLoans } from "./lending.ts";
import { MemoryShare } from "./memory-share.ts";
import type { PoolNeeds } from "./prover.ts";
import { Durations } from "./watchdog.ts";

export class Pool {
  readonly #lanes: readonly Lane[];
  #selfTestMs = 0;

  constructor(needs: PoolNeeds, concurrency: number) {
    const shared = {
      durations: new Durations(),
      memory: new MemoryShare(needs.memoryBudgetBytes),
      changed: () => this.#lend(),
      over: (leader: number) => this.#release(leader),
    };
    this.#lanes = Array.from({ length: concurrency }, (_, index) => {
      return new Lane(needs, index, shared);
    });
    for (const lane of this.#lanes)
      void lane.ready.then(({ selfTestMs }) => this.#tested(selfTestMs));
  }

  /** What the first prover that is ready says of itself. */
  get ready(): Promise<ProverReady> {
    return Promise.race(this.#lanes.map((lane) => lane.ready));
  }

  /** The fastest self-test so far, ms; 0 = no prover has been ready yet. The others may have shared their core. */
  get selfTestMs(): number {
    return this.#selfTestMs;
  }

  /** Provers that can prove, or that nothing is known against. */
  get able(): number {
    return this.#lanes.filter((lane) => !lane.down).length;
  }

  /** Tasks that are being proven. */
  get active(): number {
    return this.#lanes.filter((lane) => lane.proves !== undefined).length;
  }

  /** One stream of reports per prover; each ends when `tasks` has ended and its last task is done. */
  prove(tasks: AsyncIterable<Assignment>): readonly AsyncIterable<Report>[] {
    const shared = tasks[Symbol.asyncIterator]();
    return this.#lanes.map((lane) => lane.reports(shared));
  }

  /** No task comes any more. */
  finish(): void {
    for (const lane of this.#lanes) lane.finish();
  }

  /** Ends a task and its prover. False = no prover has it. */
  cancel(attempt: AttemptId, why: string): boolean {
    const lane = this.#lanes.find((candidate) => candidate.proves === attempt);
    lane?.cancel(why);
    return lane !== undefined;
  }

  /** Ends all provers, now. */
  end(why: string): void {
    for (const lane of this.#lanes) lane.end(why);
  }

  /** Provers without a task help those whose proofs are worth sharing. */
  #lend(): void {
    for (const { helper, leader } of chooseLoans(this.#lanes.map((lane) => lane.view))) {
      const proof = this.#lanes[leader]?.leads;
      if (proof !== undefined) this.#lanes[helper]?.help(proof, leader);
    }
  }

  #release(leader: number): void {
    for (const lane of this.#lanes) lane.recall(leader);
  }

  #tested(ms: number): void {
    this.#selfTestMs = this.#selfTestMs === 0 ? ms : Math.min(this.#selfTestMs, ms);
  }
}
