/** The node's state: changed by what the stages tell, shown at most four times a second. */
import type { Clock } from "../domain/clock.ts";
import type { NodeNews } from "../domain/event.ts";
import { reduce } from "../store/reduce.ts";
import { initialState, lifeOf, type NodeState } from "../store/state.ts";

/** Faster than that nobody reads, and each one costs the page a render. */
const INTERVAL_MS = 250;

export class Board {
  readonly #clock: Clock;
  readonly #publish: (state: NodeState) => void;
  #state = initialState;
  #shownAtMs = Number.NEGATIVE_INFINITY;
  #due = false;

  constructor(clock: Clock, publish: (state: NodeState) => void) {
    this.#clock = clock;
    this.#publish = publish;
  }

  get state(): NodeState {
    return this.#state;
  }

  tell(news: NodeNews): void {
    this.#change(reduce(this.#state, { ...news, atMs: this.#clock.unixMs() }));
  }

  /** The state of the tab that leads, which is this one's from now on: also when this one leads next. */
  watch(state: NodeState): void {
    this.#change({ ...state, phase: { name: "following", leader: lifeOf(state.phase) } });
  }

  #change(state: NodeState): void {
    this.#state = state;
    if (this.#due) return;
    this.#due = true;
    void this.#showWhenDue();
  }

  async #showWhenDue(): Promise<void> {
    const waitMs = this.#shownAtMs + INTERVAL_MS - this.#clock.now();
    if (waitMs > 0) await this.#clock.sleep(waitMs, new AbortController().signal);
    this.#due = false;
    this.#shownAtMs = this.#clock.now();
    this.#publish(this.#state);
  }
}
