/** Which attempts this node has, and how far each is: what heartbeats, registrations and the goodbye say. */
import type { Clock } from "../domain/clock.ts";
import type { ProverState } from "../domain/event.ts";
import type { AttemptId } from "../domain/ids.ts";
import type { HeldAttempt, LiveAttempt } from "../domain/session.ts";
import type { AttemptRef, Progress, Stage } from "../domain/task.ts";

type Entry = {
  readonly ref: HeldAttempt;
  readonly stage: Stage;
  readonly share: number;
  /** On the clock that only goes forward; undefined = no prover has begun. */
  readonly begunAtMs: number | undefined;
};

export class Ledger {
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #entries = new Map<AttemptId, Entry>();
  /** Given back, and not yet known to the coordinator. */
  readonly #returned = new Set<AttemptId>();

  /** `changed` is called whenever the goodbye would say something else than before. */
  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** All attempts that the node has, also those whose report waits for its verdict. */
  get held(): readonly HeldAttempt[] {
    return [...this.#entries.values()].map(({ ref }) => ref);
  }

  get live(): readonly LiveAttempt[] {
    return [...this.#entries.values()].map(({ ref, ...entry }) => {
      const { attemptId, taskId } = ref;
      return { attemptId, taskId, progress: this.#progress(entry) };
    });
  }

  /** Those without a proof or a failure to show for it. */
  get unfinished(): readonly AttemptId[] {
    const entries = [...this.#entries.values()].filter(({ stage }) => stage !== "report");
    return entries.map(({ ref }) => ref.attemptId);
  }

  get returned(): readonly AttemptId[] {
    return [...this.#returned];
  }

  has(attempt: AttemptId): boolean {
    return this.#entries.has(attempt);
  }

  received({ attemptId, taskId, ticket }: HeldAttempt): void {
    const ref = { attemptId, taskId, ticket };
    this.#entries.set(attemptId, { ref, stage: "waiting", share: 0, begunAtMs: undefined });
    this.#changed();
  }

  proving({ attemptId, progress }: Extract<ProverState, { name: "proving" }>): void {
    const entry = this.#entries.get(attemptId);
    if (entry === undefined || entry.stage === "report") return;
    const { stage, share } = progress;
    const begunAtMs = entry.begunAtMs ?? this.#clock.now();
    this.#entries.set(attemptId, { ...entry, stage, share, begunAtMs });
  }

  /** The attempt's report is in the outbox. */
  reporting({ attemptId, taskId, ticket }: AttemptRef): void {
    const before = this.#entries.get(attemptId);
    const ref = { attemptId, taskId, ticket };
    const begunAtMs = before?.begunAtMs;
    this.#entries.set(attemptId, { ref, stage: "report", share: 1, begunAtMs });
    this.#changed();
  }

  /** The attempt has its verdict, or is somebody else's now. */
  settled(attempt: AttemptId): void {
    if (this.#entries.delete(attempt)) this.#changed();
  }

  /** The node gives the attempt back unfinished. */
  giveBack(attempt: AttemptId): void {
    this.#entries.delete(attempt);
    this.#returned.add(attempt);
    this.#changed();
  }

  /** The coordinator has read that these were given back. */
  acknowledged(returned: readonly AttemptId[]): void {
    for (const attempt of returned) this.#returned.delete(attempt);
  }

  #progress({ stage, share, begunAtMs }: Omit<Entry, "ref">): Progress {
    const elapsedMs = begunAtMs === undefined ? 0 : this.#clock.now() - begunAtMs;
    return { stage, share, elapsedMs };
  }
}
