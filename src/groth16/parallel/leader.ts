/**
 * Makes the sums of a proof with the help of others. The leader plans the units, does them like everybody, and answers for
 * the whole: what a helper does not finish, because it died, left or is late, the leader does itself. Nothing that a helper
 * does is waited for beyond a deadline, and nothing is read of a helper's memory after its stay.
 */
import type { Team } from "../../domain/team.ts";
import type { OnProgress, Polynomial } from "../kernel.ts";
import type { CoreStep } from "../steps.ts";
import { awaitBell } from "./bell.ts";
import { Board, type Plan, type UnitState } from "./board.ts";
import {
  needsQuotient,
  planUnits,
  sizesOf,
  stepOf,
  unitWeight,
  type Sizes,
  type Unit,
} from "./units.ts";
import { addUp, sumOf, type Coordinates, type MemberTools, type WholeSums } from "./work.ts";

export type LeadTools = MemberTools & {
  /** Monotonic milliseconds. */
  readonly now: () => number;
};

export type LeadJob = {
  readonly team: Team;
  /** Address of the wires, and of the blinding behind them. */
  readonly witness: number;
  /** Address of room for the quotient's scalars, as Quotient.compute has it. */
  readonly quotient: number;
  readonly onStep: (name: CoreStep) => void;
  /** Of the whole, whoever does it. Never less than before. */
  readonly onProgress?: OnProgress | undefined;
  readonly patience?: Patience;
  /** The smallest part that a sum is cut into; for tests with small circuits. */
  readonly leastBases?: number;
};

/** How long the leader, with nothing left to do, waits for a unit before it does it itself. */
export type Patience = {
  readonly leastMs: number;
  /** In times of what the leader would take, at its slowest. */
  readonly times: number;
};

/** A helper may share its core with others, or have a slow one. */
const usualPatience: Patience = { leastMs: 1_000, times: 4 };

/** Takes memory and gives it back. Whatever happens, the team is over then. */
export const sumTogether = async (job: LeadJob, tools: LeadTools): Promise<WholeSums> => {
  const { memory } = tools;
  const mark = memory.mark();
  try {
    return await new Leader(job, tools).run();
  } finally {
    job.team.end();
    memory.release(mark);
  }
};

type Helped = Extract<UnitState, { name: "taken" | "done" }>;

class Leader {
  readonly #job: LeadJob;
  readonly #tools: LeadTools;
  readonly #team: Team;
  readonly #board: Board;
  readonly #sizes: Sizes;
  readonly #plan: Plan;
  /** Own places of the polynomials, and those that lie there. */
  readonly #places: ReadonlyMap<Polynomial, number>;
  readonly #gathered = new Set<Polynomial>();
  /** What the leader has summed itself, by unit. */
  readonly #sums = new Map<number, Coordinates>();
  /** When the leader began to wait for a unit, by unit. */
  readonly #waitingSince = new Map<number, number>();
  /** Milliseconds for a weight of 1, of the slowest unit so far. */
  #pace = 0;
  #joined = false;
  /** Share of the whole that was told last. */
  #told = 0;

  constructor(job: LeadJob, tools: LeadTools) {
    const { key, memory } = tools;
    this.#job = job;
    this.#tools = tools;
    this.#team = job.team;
    this.#board = new Board(job.team);
    this.#sizes = sizesOf(key);
    const units = planUnits(this.#sizes, 1 + job.team.helpers, job.leastBases);
    this.#plan = { units, witness: job.witness, quotient: job.quotient };
    this.#places = new Map(
      units.flatMap((unit) =>
        unit.kind === "polynomial" ? [[unit.of, memory.alloc(key.quotient.polynomialBytes)]] : [],
      ),
    );
  }

  async run(): Promise<WholeSums> {
    const { units } = this.#plan;
    this.#board.publish(this.#plan, units.length - units.filter(needsQuotient).length);
    await this.#join();
    for (;;) {
      const { rung } = this.#team;
      await this.#gather();
      const index = this.#board.take("leader");
      if (index !== undefined) await this.#carryOut(index);
      else if (this.#isDone()) return this.#result();
      else if (!(await this.#redo())) await awaitBell(this.#team, rung, this.#tools);
    }
  }

  /** The quotient's scalars, as soon as its polynomials are there; all of it, if the plan has them not as units. */
  async #join(): Promise<void> {
    if (this.#joined || this.#gathered.size < this.#places.size) return;
    this.#joined = true;
    const { key } = this.#tools;
    const { quotient: into, witness, units } = this.#plan;
    const [a, b, product] = [this.#place("a"), this.#place("b"), this.#place("product")];
    this.#job.onStep("NTT");
    if (this.#places.size > 0) await key.quotient.join({ a, b, product, into });
    else await key.quotient.compute({ witness, into }, () => this.#tell(0));
    this.#board.open(units.length);
  }

  /** Copies the polynomials that helpers have made: their regions are theirs again when they leave. */
  async #gather(): Promise<void> {
    for (const [index, unit] of this.#plan.units.entries()) {
      if (unit.kind !== "polynomial" || this.#gathered.has(unit.of)) continue;
      const state = this.#board.stateOf(index);
      if (state.name !== "done") continue;
      const [address = 0n] = this.#board.result(index);
      const from = Number(address);
      const { memory, key } = this.#tools;
      if (this.#isHere(state)) {
        memory.u8().copyWithin(this.#place(unit.of), from, from + key.quotient.polynomialBytes);
      }
      // Looked at again: a helper that left meanwhile may have spoilt what was copied.
      const whole = this.#isHere(state);
      if (!this.#board.seize(index, state)) continue;
      if (whole) this.#gathered.add(unit.of);
      else await this.#carryOut(index);
    }
    await this.#join();
  }

  /** Does one unit of those that are waited for in vain. False = there is none. */
  async #redo(): Promise<boolean> {
    for (const [index, unit] of this.#plan.units.entries()) {
      const state = this.#board.stateOf(index);
      if (state.name !== "taken") continue;
      if (this.#isHere(state) && !this.#isLate(index, unit)) continue;
      if (!this.#board.seize(index, state)) continue;
      await this.#carryOut(index);
      return true;
    }
    return false;
  }

  #isHere({ by }: Helped): boolean {
    return this.#team.stay(by.lane) === by.stay;
  }

  #isLate(index: number, unit: Unit): boolean {
    const { leastMs, times } = this.#job.patience ?? usualPatience;
    const now = this.#tools.now();
    const since = this.#waitingSince.get(index) ?? now;
    this.#waitingSince.set(index, since);
    return now - since > Math.max(leastMs, times * this.#pace * unitWeight(unit, this.#sizes));
  }

  /** A unit that is the leader's. */
  async #carryOut(index: number): Promise<void> {
    const unit = this.#plan.units[index];
    if (unit === undefined) return;
    const { key, now } = this.#tools;
    this.#job.onStep(stepOf(unit));
    const onProgress: OnProgress = (share) => this.#tell(share * unitWeight(unit, this.#sizes));
    const begun = now();
    if (unit.kind === "sum") {
      const carried = { plan: this.#plan, onProgress };
      this.#sums.set(index, await sumOf(unit, carried, this.#tools));
    } else {
      const into = this.#place(unit.of);
      const { witness } = this.#plan;
      await key.quotient.polynomial({ of: unit.of, witness, into }, onProgress);
      this.#gathered.add(unit.of);
    }
    this.#pace = Math.max(this.#pace, (now() - begun) / unitWeight(unit, this.#sizes));
  }

  /** Tells how far the whole is, with so much of the weight of the unit that the leader does. */
  async #tell(own: number): Promise<void> {
    const { units } = this.#plan;
    const weights = units.map((unit) => unitWeight(unit, this.#sizes));
    const whole = weights.reduce((sum, weight) => sum + weight, 0);
    const done = weights.reduce(
      (sum, weight, index) => sum + (this.#isMade(index) ? weight : 0),
      0,
    );
    this.#told = Math.max(this.#told, (done + own) / whole);
    await this.#job.onProgress?.(this.#told);
    await this.#tools.turn();
  }

  #place(of: Polynomial): number {
    return this.#places.get(of) ?? 0;
  }

  #isDone(): boolean {
    return this.#plan.units.every((unit, index) => {
      return unit.kind === "polynomial" ? this.#gathered.has(unit.of) : this.#isMade(index);
    });
  }

  /** Whether somebody has done a unit; where a polynomial lies is another question. */
  #isMade(index: number): boolean {
    const unit = this.#plan.units[index];
    const isOwn = unit?.kind === "polynomial" ? this.#gathered.has(unit.of) : this.#sums.has(index);
    return isOwn || this.#board.stateOf(index).name === "done";
  }

  #result(): WholeSums {
    const partials = this.#plan.units.flatMap((unit, index) =>
      unit.kind === "sum"
        ? [{ of: unit.of, result: this.#sums.get(index) ?? this.#board.result(index) }]
        : [],
    );
    return addUp(this.#tools.key, partials);
  }
}
