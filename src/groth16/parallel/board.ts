/**
 * The units of one proof in memory that its team shares: what there is to do, who does it, and what came of it. A unit is
 * taken by one helper at most; the leader may take it away again and do it itself. Only whoever holds a unit writes its
 * result's place, and the leader keeps its own results elsewhere: nobody who is late can spoil anything.
 */
import { NodeFailure } from "../../domain/failure.ts";
import { TEAM_BYTES, type Team } from "../../domain/team.ts";
import { readLittleEndian, writeLittleEndian } from "../binfile.ts";
import { polynomials } from "../kernel.ts";
import { sumNames, type Unit } from "./units.ts";

/** What is told to all members. Addresses are the leader's. */
export type Plan = {
  readonly units: readonly Unit[];
  /** The wires, and the blinding behind them. */
  readonly witness: number;
  /** Where the quotient's scalars will be. */
  readonly quotient: number;
};

/** A helper, and which of its stays with the team this is. */
export type Member = { readonly lane: number; readonly stay: number };

export type UnitState =
  | { readonly name: "free" }
  | { readonly name: "taken"; readonly by: Member }
  | { readonly name: "done"; readonly by: Member }
  /** The leader does it, or has its result. */
  | { readonly name: "leader's" };

/** Words of the head. */
const COUNT = 0;
const OPEN = 1;
const WITNESS = 2;
const QUOTIENT = 3;
const HEAD_WORDS = 4;
/** Words of a unit. */
const KIND = 0;
const FROM = 1;
const NUMBER = 2;
const STATE = 3;
const UNIT_WORDS = 4;
/** Far more than a plan has (units.ts). */
const MAX_UNITS = 200;
/** A coordinate in Fq of BLS12-381. */
const NUMBER_BYTES = 48;
/** Two coordinates in Fq2, and before them how many numbers there are. */
const RESULT_BYTES = 256;
const RESULTS_AT = TEAM_BYTES + 4 * (HEAD_WORDS + MAX_UNITS * UNIT_WORDS);

const FREE = 0;
const TAKEN = 1;
const DONE = 2;
const LEADERS = 3;
const STATE_BITS = 2;
const LANE_BITS = 8;

export class Board {
  readonly team: Team;
  readonly #words: Int32Array;

  constructor(team: Team) {
    this.team = team;
    this.#words = new Int32Array(team.buffer, TEAM_BYTES, HEAD_WORDS + MAX_UNITS * UNIT_WORDS);
  }

  /** Begins the work: the first `open` units may be taken. */
  publish(plan: Plan, open: number): void {
    if (plan.units.length > MAX_UNITS) {
      throw new NodeFailure("internal", `${plan.units.length} units, at most ${MAX_UNITS}`);
    }
    plan.units.forEach((unit, index) => {
      this.#words.set(wordsOf(unit), wordOf(index));
    });
    this.#words[WITNESS] = plan.witness;
    this.#words[QUOTIENT] = plan.quotient;
    Atomics.store(this.#words, COUNT, plan.units.length);
    this.open(open);
  }

  /** The first `count` units may be taken now. */
  open(count: number): void {
    Atomics.store(this.#words, OPEN, count);
    this.team.ring();
  }

  /** Undefined as long as the leader has not begun. */
  read(): Plan | undefined {
    const count = Atomics.load(this.#words, COUNT);
    if (count === 0) return undefined;
    return {
      units: Array.from({ length: count }, (_, index) => this.#unit(index)),
      witness: this.#word(WITNESS) >>> 0,
      quotient: this.#word(QUOTIENT) >>> 0,
    };
  }

  stateOf(index: number): UnitState {
    return decode(Atomics.load(this.#words, wordOf(index) + STATE));
  }

  /** The first unit that is free, now the taker's; undefined when there is none at present. */
  take(taker: Member | "leader"): number | undefined {
    const taken = taker === "leader" ? LEADERS : encode(TAKEN, taker);
    const open = Atomics.load(this.#words, OPEN);
    for (let index = 0; index < open; index += 1) {
      if (this.#change(index, FREE, taken)) return index;
    }
    return undefined;
  }

  /** Makes a unit the leader's that is not. False = its state has changed meanwhile. */
  seize(index: number, from: UnitState): boolean {
    return from.name !== "leader's" && this.#change(index, encodeState(from), LEADERS);
  }

  /** Whether the unit is still the member's to do. */
  holds(index: number, member: Member): boolean {
    return Atomics.load(this.#words, wordOf(index) + STATE) === encode(TAKEN, member);
  }

  /** The unit's result is at its place. Nothing happens when the leader has taken the unit away. */
  finish(index: number, member: Member): void {
    if (this.#change(index, encode(TAKEN, member), encode(DONE, member))) this.team.ring();
  }

  /** Gives a unit back that the member has taken, done or not. False = it is the leader's now. */
  giveBack(index: number, member: Member): boolean {
    const free =
      this.#change(index, encode(DONE, member), FREE) ||
      this.#change(index, encode(TAKEN, member), FREE);
    if (free) this.team.ring();
    return free;
  }

  /** Up to four numbers below 2^384: a point's coordinates, or an address. */
  putResult(index: number, numbers: readonly bigint[]): void {
    const place = this.#place(index);
    place[0] = numbers.length;
    numbers.forEach((value, at) => writeLittleEndian(numberAt(place, at), value));
  }

  result(index: number): readonly bigint[] {
    const place = this.#place(index);
    return Array.from({ length: place[0] ?? 0 }, (_, at) => readLittleEndian(numberAt(place, at)));
  }

  #unit(index: number): Unit {
    const at = wordOf(index);
    const kind = this.#word(at + KIND);
    const polynomial = polynomials[kind];
    if (polynomial !== undefined) return { kind: "polynomial", of: polynomial };
    const of = sumNames[kind - polynomials.length] ?? "h";
    return { kind: "sum", of, from: this.#word(at + FROM), count: this.#word(at + NUMBER) };
  }

  #word(at: number): number {
    return this.#words[at] ?? 0;
  }

  #change(index: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.#words, wordOf(index) + STATE, from, to) === from;
  }

  #place(index: number): Uint8Array {
    return new Uint8Array(this.team.buffer, RESULTS_AT + index * RESULT_BYTES, RESULT_BYTES);
  }
}

const wordOf = (index: number): number => HEAD_WORDS + index * UNIT_WORDS;

/** A unit and its first state, free. */
const wordsOf = (unit: Unit): readonly number[] =>
  unit.kind === "polynomial"
    ? [polynomials.indexOf(unit.of), 0, 0, FREE]
    : [polynomials.length + sumNames.indexOf(unit.of), unit.from, unit.count, FREE];

const numberAt = (place: Uint8Array, at: number): Uint8Array => {
  const begin = NUMBER_BYTES * (at + 1);
  return place.subarray(begin, begin + NUMBER_BYTES);
};

const encode = (state: typeof TAKEN | typeof DONE, { lane, stay }: Member): number =>
  (((stay << LANE_BITS) | lane) << STATE_BITS) | state;

const encodeState = (state: Exclude<UnitState, { name: "leader's" }>): number => {
  if (state.name === "free") return FREE;
  return encode(state.name === "done" ? DONE : TAKEN, state.by);
};

const decode = (word: number): UnitState => {
  const by: Member = {
    lane: (word >> STATE_BITS) & ((1 << LANE_BITS) - 1),
    stay: word >> (STATE_BITS + LANE_BITS),
  };
  switch (word & ((1 << STATE_BITS) - 1)) {
    case TAKEN:
      return { name: "taken", by };
    case DONE:
      return { name: "done", by };
    case LEADERS:
      return { name: "leader's" };
    default:
      return { name: "free" };
  }
};
