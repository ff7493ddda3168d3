/**
 * Provers that make one proof together: a record in memory that they share, made by the pool for one proof and never used
 * again, so that whoever comes late to it harms no other proof. It says who belongs to the team, and whether the proof is
 * still wanted. Behind it is room for what the members divide among themselves.
 */

/** Words, 4 bytes each. */
const BELL = 0;
const OVER = 1;
const MEMBERS = 2;

/** What a lane is to the team; only the pool writes it. Its word also counts how often it was lent: what it did in an earlier life is told apart. */
type Standing = typeof AWAY | typeof LENT | typeof RECALLED;
const AWAY = 0;
const LENT = 1;
const RECALLED = 2;
const STANDING_BITS = 2;

/** Lanes that a team can have: more than a device has cores. */
const MAX_LANES = 253;
/** Bytes of the record; what follows is the members' own. */
export const TEAM_BYTES = 4 * (MEMBERS + MAX_LANES);
/** Bytes of the members' own: a list of units of work, and what came of them (src/groth16/parallel/board.ts). */
const BOARD_BYTES = 65_536;

/** A record in which nobody is lent, and room behind it. */
export const createTeam = (): Team => new Team(new SharedArrayBuffer(TEAM_BYTES + BOARD_BYTES));

export class Team {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer, 0, TEAM_BYTES / 4);
  }

  /** The lane's prover belongs to the team from now on. */
  lend(lane: number): void {
    const times = this.#times(lane) + 1;
    this.#put(lane, (times << STANDING_BITS) | LENT);
  }

  /** The lane is wanted elsewhere: its prover leaves when its present unit is done. */
  recall(lane: number): void {
    if (this.#standing(lane) === LENT) this.#stand(lane, RECALLED);
  }

  /** The lane's prover has left, or is dead. What it keeps in memory of its own is gone; what it has handed over stays. */
  dismiss(lane: number): void {
    this.#stand(lane, AWAY);
  }

  /** The proof is made or not wanted any more: whoever waits or works for it stops. */
  end(): void {
    Atomics.store(this.#words, OVER, 1);
    this.ring();
  }

  get isOver(): boolean {
    return Atomics.load(this.#words, OVER) === 1;
  }

  /** Lanes that are lent and not recalled. */
  get helpers(): number {
    let count = 0;
    for (let lane = 0; lane < MAX_LANES; lane += 1) if (this.isLent(lane)) count += 1;
    return count;
  }

  isLent(lane: number): boolean {
    return this.#standing(lane) === LENT;
  }

  /** Tells this stay of a lane from its earlier and later ones; undefined when it is away. */
  stay(lane: number): number | undefined {
    return this.#standing(lane) === AWAY ? undefined : this.#times(lane);
  }

  /** Something has changed: everybody who waits looks again. */
  ring(): void {
    Atomics.add(this.#words, BELL, 1);
    Atomics.notify(this.#words, BELL);
  }

  /** How often the bell has rung: look at it before you look at what you wait for. */
  get rung(): number {
    return Atomics.load(this.#words, BELL);
  }

  /** Blocks this thread until the bell has rung more than `rung` times, at most `ms`. */
  listen(rung: number, ms: number): void {
    Atomics.wait(this.#words, BELL, rung, ms);
  }

  #put(lane: number, word: number): void {
    Atomics.store(this.#words, MEMBERS + lane, word);
    this.ring();
  }

  #stand(lane: number, standing: Standing): void {
    this.#put(lane, (this.#times(lane) << STANDING_BITS) | standing);
  }

  #standing(lane: number): number {
    return Atomics.load(this.#words, MEMBERS + lane) & ((1 << STANDING_BITS) - 1);
  }

  #times(lane: number): number {
    return Atomics.load(this.#words, MEMBERS + lane) >> STANDING_BITS;
  }
}
