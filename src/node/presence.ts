/** How the coordinator sees this node: its heartbeats, what it holds, whether it takes tasks, and its goodbye. */
import type { Clock } from "../domain/clock.ts";
import type { AttemptId } from "../domain/ids.ts";
import { HEARTBEAT_INTERVAL_MS, HEARTBEAT_TIMEOUT_MS, LEASE_TTL_MS } from "../domain/limits.ts";
import type { Log } from "../domain/log.ts";
import { within } from "../domain/pause.ts";
import type {
  Beat,
  BeatAnswer,
  Intake,
  Metrics,
  Offer,
  Registration,
  Wanted,
} from "../domain/session.ts";
import { Ledger } from "./ledger.ts";
import type { Coordinator, Session } from "./link/coordinator.ts";
import { Heartbeat, type BeatBody } from "./link/heartbeat.ts";
import type { Gauges, MetricsBook } from "./telemetry/metrics.ts";

export type PresenceNeeds = {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: MetricsBook;
  readonly coordinator: Pick<Coordinator, "heartbeat">;
  readonly page: PageSide;
  readonly token: () => string;
  readonly session: () => Session | undefined;
  readonly gauges: () => Gauges;
  readonly slots: () => number;
  /** The setting; the coordinator may ask for a longer one. */
  readonly intervalMs: () => number;
  /** Stop an attempt that is no longer this node's. */
  readonly cancel: (attempt: AttemptId, why: string) => void;
  /** Register again. */
  readonly reopen: (why: string) => void;
};

/** What only the page can do: beacons, and saying goodbye. */
export type PageSide = {
  readonly beacon: (beat: Beat) => Promise<boolean>;
  /** `undefined` = there is nothing to say goodbye for. */
  readonly keepGoodbye: (beat: Beat | undefined) => void;
};

const NO_METRICS: Metrics = {
  activeTasks: 0,
  queuedTasks: 0,
  completed: 0,
  failed: 0,
  proofDurations: [],
  calls: [],
  streamOpenMs: 0,
};

export class Presence {
  readonly ledger: Ledger;
  readonly #needs: PresenceNeeds;
  readonly #heartbeat: Heartbeat;
  #intake: Intake = "active";
  #stopping = false;
  #serverIntervalMs = HEARTBEAT_INTERVAL_MS;
  #leaseTtlMs = LEASE_TTL_MS;
  #goodbyeDue = false;
  #gone = false;

  constructor(needs: PresenceNeeds) {
    this.#needs = needs;
    this.ledger = new Ledger(needs.clock, () => this.renewGoodbye());
    const { clock, coordinator, log, metrics, page, session } = needs;
    this.#heartbeat = new Heartbeat({
      ...{ clock, coordinator, log, session },
      body: () => this.#body(),
      restore: (body) => metrics.restore(body.metrics),
      beacon: page.beacon,
      answered: (answer, body) => this.#answered(answer, body),
      refused: (failure) => needs.reopen(failure.message),
      intervalMs: () => Math.max(needs.intervalMs(), this.#serverIntervalMs),
      leaseTtlMs: () => this.#leaseTtlMs,
    });
  }

  /** Tasks that come now are given back. */
  get stopping(): boolean {
    return this.#stopping;
  }

  /** Beats until the signal. */
  run(signal: AbortSignal): Promise<void> {
    return this.#heartbeat.run(signal);
  }

  /** A heartbeat whose answer is read, now. */
  call(signal: AbortSignal): Promise<void> {
    return this.#heartbeat.call(signal);
  }

  registered(registration: Registration, offer: Offer): void {
    this.#serverIntervalMs = registration.heartbeatIntervalMs;
    this.#leaseTtlMs = registration.leaseTtlMs;
    // What the offer did not name as held the coordinator knows to be given back; what came back later it does not.
    const named = new Set(offer.held.map(({ attemptId }) => attemptId));
    this.ledger.acknowledged(this.ledger.returned.filter((attempt) => !named.has(attempt)));
    for (const attempt of registration.lost) this.#needs.cancel(attempt, "the lease was lost");
    if (!this.#stopping) this.#intake = "active";
    this.renewGoodbye();
  }

  /** Whether to take tasks, as the operator of a fleet or a coordinator that stops wants it. */
  want(wanted: Wanted): void {
    if (wanted === "as-is" || this.#stopping || wanted === this.#intake) return;
    this.#intake = wanted;
    this.#needs.log.info("Intake changed by the coordinator", { wanted });
  }

  /** Takes nothing more, for good. */
  stop(): void {
    this.#stopping = true;
    this.#intake = "draining";
  }

  /** Gives back what is unfinished and ends the session. Resolves when it is heard, or after 3 s. */
  async leave(why: string): Promise<void> {
    const goodbye = this.#goodbye(why);
    this.vanish();
    if (goodbye === undefined) return;
    const { clock, coordinator } = this.#needs;
    const { signal } = new AbortController();
    const limit = { clock, ms: HEARTBEAT_TIMEOUT_MS, signal, what: "goodbye" };
    // Not heard, the lease says it.
    await within(limit, (inner) => coordinator.heartbeat(goodbye, inner)).catch(() => undefined);
  }

  /** The page's goodbye follows what the node holds; many changes in one turn make one frame. */
  renewGoodbye(): void {
    if (this.#goodbyeDue) return;
    this.#goodbyeDue = true;
    queueMicrotask(() => {
      this.#goodbyeDue = false;
      if (!this.#gone) this.#needs.page.keepGoodbye(this.#goodbye("the page was closed"));
    });
  }

  /** Leaves nothing to say goodbye for. */
  vanish(): void {
    this.#gone = true;
    this.#needs.page.keepGoodbye(undefined);
  }

  #answered(answer: BeatAnswer, body: BeatBody): void {
    this.ledger.acknowledged(body.returned);
    for (const attempt of answer.lost) this.#needs.cancel(attempt, "the lease was lost");
    this.want(answer.wanted);
    if (answer.reregister) this.#needs.reopen("the coordinator does not know the session");
  }

  #body(): BeatBody {
    const { gauges, metrics, slots, token } = this.#needs;
    return {
      token: token(),
      ...this.#intakeNow(),
      attempts: this.ledger.live,
      metrics: metrics.take(gauges()),
      slots: slots(),
      returned: this.ledger.returned,
    };
  }

  /** Draining and paused as they were wanted; nobody can give tasks to a node none of whose provers can start. */
  #intakeNow(): Pick<BeatBody, "intake" | "reason"> {
    const unable = this.#intake === "active" && this.#needs.slots() === 0;
    if (unable) return { intake: "paused", reason: "no prover can start" };
    return { intake: this.#intake, reason: this.#stopping ? "the node stops" : "" };
  }

  #goodbye(reason: string): Beat | undefined {
    const returned = [...new Set([...this.ledger.returned, ...this.ledger.unfinished])];
    const body = { reason, returned, attempts: [], metrics: NO_METRICS, slots: 0 };
    return this.#heartbeat.goodbye({ ...body, token: this.#needs.token(), intake: "leaving" });
  }
}
