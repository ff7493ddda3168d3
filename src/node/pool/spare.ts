/** What a lane does with its prover while it has no task of its own: it may lend it to another lane's proof. */
import { NodeFailure } from "../../domain/failure.ts";
import type { LaneView } from "./lending.ts";
import { Loan, type SharedProof } from "./loan.ts";
import type { PoolNeeds } from "./prover.ts";
import type { Slot } from "./slot.ts";

/**
 * A prover is lent when its lane has waited so long for a task: between two tasks of a full queue it waits less, and
 * calling it back would delay the next one.
 */
const LEND_AFTER_MS = 50;

export type SpareNeeds = Pick<PoolNeeds, "clock" | "log" | "show"> & {
  readonly lane: number;
  readonly slot: Slot;
  /** Called when the lane can lend its prover. */
  readonly changed: () => void;
  /** Called when the prover is back. */
  readonly idle: () => void;
};

export class Spare {
  readonly #needs: SpareNeeds;
  /** Has waited for a task for a while. */
  #isFree = false;
  /** As far as is known. One that failed to help is asked again when it has proven something itself. */
  #canHelp = true;
  #loan: Loan | undefined;

  constructor(needs: SpareNeeds) {
    this.#needs = needs;
  }

  get view(): Exclude<LaneView, { name: "leads" }> {
    if (this.#loan !== undefined) return { name: "helps", leader: this.#loan.leader };
    const isFree = this.#isFree && this.#canHelp && this.#needs.slot.alive;
    return { name: isFree ? "free" : "apart" };
  }

  /** Waits for `task`; meanwhile the prover may be lent. */
  async until<T>(task: Promise<T>): Promise<T> {
    const given = new AbortController();
    const waited = this.#needs.clock.sleep(LEND_AFTER_MS, given.signal).then(() => {
      this.#isFree = true;
      this.#needs.changed();
    });
    waited.catch(() => undefined);
    try {
      return await task;
    } finally {
      given.abort(new NodeFailure("cancelled", "a task is there"));
      this.#isFree = false;
    }
  }

  lend(proof: SharedProof, leader: number): void {
    const { clock, lane, show, slot } = this.#needs;
    const prover = slot.able;
    if (prover === undefined) return;
    const loan = new Loan(proof, { clock, lane, leader, prover });
    this.#loan = loan;
    const state = { name: "helping", leader, circuitId: proof.files.circuit.id } as const;
    show({ type: "prover", prover: lane, state });
    void loan.over.then((failure) => this.#ended(loan, failure));
  }

  /** Calls the prover back, from wherever it is or from the lane `leader` alone. */
  recall(leader: number | undefined = this.#loan?.leader): void {
    if (this.#loan?.leader === leader) this.#loan?.recall();
  }

  /** Resolves when the prover is not lent any more. */
  async back(): Promise<void> {
    await this.#loan?.over;
  }

  /** The prover has proven something: it works. */
  proved(): void {
    this.#canHelp = true;
  }

  #ended({ prover }: Loan, failure: NodeFailure | undefined): void {
    const { changed, idle, lane, log, slot } = this.#needs;
    this.#loan = undefined;
    if (failure !== undefined) {
      this.#canHelp = false;
      log.warn("Prover could not help", { prover: lane, error: failure.message });
      // One that is dead has been replaced already.
      if (failure.code === "prover_lost") slot.replace(prover, failure.message);
    }
    idle();
    changed();
  }
}
