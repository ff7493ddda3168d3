/**
 * In: assignments as they come. Out: the same, oldest first, each attempt once, to any number of takers. Promises: never
 * drops one; when it is full it does not ask for more. (The coordinator sends only into free slots, so a full inbox
 * means a coordinator that miscounts.)
 */
import type { AttemptId } from "../../domain/ids.ts";
import type { Log } from "../../domain/log.ts";
import type { Assignment } from "../../domain/task.ts";

export type InboxNeeds = {
  readonly capacity: number;
  readonly log: Log;
  /** Whether the node has the attempt already, from an earlier life. */
  readonly known: (attempt: AttemptId) => boolean;
  /** Told of each attempt that is taken, once. */
  readonly taken: (assignment: Assignment) => void;
  /** Told after each change. */
  readonly waiting: (count: number) => void;
};

/** Attempts that are remembered so that a repeated one is known; far more than a node holds. */
const REMEMBERED = 1_024;

export class Inbox {
  readonly #needs: InboxNeeds;
  #tasks: readonly Assignment[] = [];
  #takers: readonly ((result: IteratorResult<Assignment>) => void)[] = [];
  #seen: readonly AttemptId[] = [];
  #room: (() => void) | undefined;
  #closed = false;

  constructor(needs: InboxNeeds) {
    this.#needs = needs;
  }

  get size(): number {
    return this.#tasks.length;
  }

  /** Pulls from `source` in the background. Ends when the source has ended or the inbox is closed, and it is empty. */
  hold(source: AsyncIterable<Assignment>): AsyncIterable<Assignment> {
    void this.#fill(source);
    return { [Symbol.asyncIterator]: () => ({ next: () => this.#take() }) };
  }

  /** Takes an attempt out. False = it is not here. */
  remove(attempt: AttemptId): boolean {
    const kept = this.#tasks.filter(({ attemptId }) => attemptId !== attempt);
    const found = kept.length < this.#tasks.length;
    if (found) this.#keep(kept);
    return found;
  }

  /** Hands over what waits, to be given back. */
  empty(): readonly Assignment[] {
    const left = this.#tasks;
    this.#keep([]);
    return left;
  }

  /** The same, and takes nothing more. */
  close(): readonly Assignment[] {
    const left = this.empty();
    this.#end();
    return left;
  }

  async #fill(source: AsyncIterable<Assignment>): Promise<void> {
    try {
      for await (const assignment of source) {
        this.#accept(assignment);
        await this.#untilRoom();
      }
    } finally {
      this.#end();
    }
  }

  /** What waits is still taken; whoever asks for more than that learns that there is none. */
  #end(): void {
    this.#closed = true;
    this.#room?.();
    const takers = this.#takers;
    this.#takers = [];
    for (const taker of takers) taker({ done: true, value: undefined });
  }

  #accept(assignment: Assignment): void {
    const { attemptId } = assignment;
    if (this.#seen.includes(attemptId) || this.#needs.known(attemptId)) {
      this.#needs.log.warn("Task came twice, taking it once", { attempt_id: attemptId });
      return;
    }
    this.#seen = [...this.#seen.slice(-REMEMBERED + 1), attemptId];
    this.#needs.taken(assignment);
    const [taker, ...others] = this.#takers;
    if (taker === undefined) {
      this.#keep([...this.#tasks, assignment]);
      return;
    }
    this.#takers = others;
    taker({ done: false, value: assignment });
  }

  #take(): Promise<IteratorResult<Assignment>> {
    const [first, ...rest] = this.#tasks;
    if (first !== undefined) {
      this.#keep(rest);
      return Promise.resolve({ done: false, value: first });
    }
    if (this.#closed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      this.#takers = [...this.#takers, resolve];
    });
  }

  #keep(tasks: readonly Assignment[]): void {
    this.#tasks = tasks;
    this.#needs.waiting(tasks.length);
    if (tasks.length < this.#needs.capacity) this.#room?.();
  }

  async #untilRoom(): Promise<void> {
    if (this.#closed || this.#tasks.length < this.#needs.capacity) return;
    await new Promise<void>((resolve) => {
      this.#room = resolve;
    });
  }
}
