/**
 * Helps another prover with its proof: takes unit after unit until the proof is made, or the lane is wanted elsewhere. All
 * that it writes to are its own region of memory and the places of the units that it holds.
 */
import { NodeFailure } from "../../domain/failure.ts";
import type { Team } from "../../domain/team.ts";
import type { OnProgress } from "../kernel.ts";
import { Board, type Member, type Plan } from "./board.ts";
import { awaitBell } from "./bell.ts";
import type { Unit } from "./units.ts";
import { sumOf, type MemberTools } from "./work.ts";

/**
 * Resolves when there is nothing more to help with. What the lane has not handed over by then, others do again.
 *
 * @throws NodeFailure as the sums and the quotient do; the unit is given back.
 */
export const helpTeam = async (team: Team, lane: number, tools: MemberTools): Promise<void> => {
  const stay = team.stay(lane);
  if (stay === undefined) return;
  await new Helper(team, { lane, stay }, tools).run();
};

/** Is thrown through a computation, and caught where that was begun. */
const abandoned = new NodeFailure("cancelled", "nobody waits for this unit any more");

class Helper {
  readonly #team: Team;
  readonly #board: Board;
  readonly #member: Member;
  readonly #tools: MemberTools;
  /** Polynomials in this lane's region that the leader may not have copied yet. */
  readonly #lying: number[] = [];

  constructor(team: Team, member: Member, tools: MemberTools) {
    this.#team = team;
    this.#board = new Board(team);
    this.#member = member;
    this.#tools = tools;
  }

  async run(): Promise<void> {
    const { memory } = this.#tools;
    const mark = memory.mark();
    let plan: Plan | undefined;
    try {
      while (this.#wanted()) {
        const { rung } = this.#team;
        plan ??= this.#board.read();
        const index = plan === undefined ? undefined : this.#board.take(this.#member);
        if (plan === undefined || index === undefined)
          await awaitBell(this.#team, rung, this.#tools);
        else await this.#carryOut(index, plan);
      }
    } finally {
      for (const index of this.#lying) this.#board.giveBack(index, this.#member);
      memory.release(mark);
    }
  }

  #wanted(): boolean {
    const { lane, stay } = this.#member;
    return !this.#team.isOver && this.#team.isLent(lane) && this.#team.stay(lane) === stay;
  }

  async #carryOut(index: number, plan: Plan): Promise<void> {
    const unit = plan.units[index];
    if (unit === undefined) return;
    const onProgress = (): Promise<void> => {
      if (this.#team.isOver || !this.#board.holds(index, this.#member)) throw abandoned;
      return this.#tools.turn();
    };
    try {
      this.#board.putResult(index, await this.#compute(unit, plan, onProgress));
      if (unit.kind === "polynomial") this.#lying.push(index);
      this.#board.finish(index, this.#member);
    } catch (reason) {
      if (reason === abandoned) return;
      this.#board.giveBack(index, this.#member);
      throw reason;
    }
  }

  async #compute(unit: Unit, plan: Plan, onProgress: OnProgress): Promise<readonly bigint[]> {
    if (unit.kind === "sum") return sumOf(unit, { plan, onProgress }, this.#tools);
    const { key, memory } = this.#tools;
    const into = memory.alloc(key.quotient.polynomialBytes);
    await key.quotient.polynomial({ of: unit.of, witness: plan.witness, into }, onProgress);
    return [BigInt(into)];
  }
}
