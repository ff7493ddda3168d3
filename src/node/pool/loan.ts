/** A prover that is lent to another lane's proof: until that is made, or its own lane gets a task. */
import type { CircuitFiles } from "../../artifacts/protocol.ts";
import type { Clock } from "../../domain/clock.ts";
import { NodeFailure } from "../../domain/failure.ts";
import type { Team } from "../../domain/team.ts";
import type { Prover } from "./prover.ts";

/**
 * A helper that is called back finishes its present unit first: a tenth of a second on a desktop, and some seconds on a
 * phone whose cores are shared. One that takes longer is hung.
 */
const COME_BACK_MS = 30_000;

/** A proof that provers may share. */
export type SharedProof = { readonly team: Team; readonly files: CircuitFiles };

export type LoanNeeds = {
  readonly clock: Clock;
  readonly lane: number;
  /** The lane whose proof it is. */
  readonly leader: number;
  readonly prover: Prover;
};

export class Loan {
  /** Never rejects. When the prover is back: what went wrong, if it is of no use as a helper. */
  readonly over: Promise<NodeFailure | undefined>;
  readonly prover: Prover;
  readonly leader: number;
  readonly #team: Team;
  readonly #lane: number;
  readonly #ended = new AbortController();
  #startTimer: () => void = () => undefined;

  constructor({ team, files }: SharedProof, { clock, lane, leader, prover }: LoanNeeds) {
    this.prover = prover;
    this.leader = leader;
    this.#team = team;
    this.#lane = lane;
    team.lend(lane);
    const late = new Promise<void>((resolve) => {
      this.#startTimer = resolve;
    }).then(async () => {
      await clock.sleep(COME_BACK_MS, this.#ended.signal);
      throw new NodeFailure("prover_lost", `it did not stop helping within ${COME_BACK_MS} ms`);
    });
    this.over = this.#watch(Promise.race([prover.help({ team: team.buffer, lane, files }), late]));
    late.catch(() => undefined);
  }

  /** The prover is wanted in its lane, or the proof is over. */
  recall(): void {
    this.#team.recall(this.#lane);
    this.#startTimer();
  }

  /** Whether there is still something to help with. */
  get #wanted(): boolean {
    return !this.#team.isOver && this.#team.isLent(this.#lane);
  }

  async #watch(helping: Promise<void>): Promise<NodeFailure | undefined> {
    try {
      await helping;
      return this.#wanted ? new NodeFailure("internal", "it could not help") : undefined;
    } catch (reason) {
      return NodeFailure.from(reason, "prover_lost");
    } finally {
      // Before anybody else can write to what was this prover's memory.
      this.#team.dismiss(this.#lane);
      this.#ended.abort(new NodeFailure("cancelled", "the loan is over"));
    }
  }
}
