/** One life of a node, from Start to Stop: makes the stages, joins them, and tells each what concerns it. */
import type { NodeNews, StopStep } from "../domain/event.ts";
import { NodeFailure, type FailureCode } from "../domain/failure.ts";
import type { AttemptId } from "../domain/ids.ts";
import { within } from "../domain/pause.ts";
import type { Control, Offer, Registration } from "../domain/session.ts";
import type { Assignment } from "../domain/task.ts";
import { Denials } from "./denials.ts";
import { Inbox } from "./inbox/inbox.ts";
import { Link } from "./link/link.ts";
import { Outboxes } from "./outbox/outboxes.ts";
import { pipeline } from "./pipeline.ts";
import { Pool } from "./pool/pool.ts";
import { Presence } from "./presence.ts";
import type { Settings } from "./protocol.ts";
import { assignments } from "./receive.ts";
import type { RunNeeds, Statistics } from "./run-needs.ts";

/** How long Start waits for a prover to tell its engine before it registers without the name. */
const ENGINE_WAIT_MS = 10_000;

export class Run {
  readonly #needs: RunNeeds;
  readonly #ended = new AbortController();
  readonly #presence: Presence;
  readonly #link: Link;
  readonly #inbox: Inbox;
  readonly #pool: Pool;
  readonly #outbox: Outboxes;
  readonly #denials: Denials;
  #engine = "";
  #flow: Promise<void> = Promise.resolve();

  constructor(needs: RunNeeds) {
    this.#needs = needs;
    const { clock, coordinator, log, random } = needs;
    const settings = needs.settings();
    const capacity = 2 * settings.concurrency;
    const show = (news: NodeNews): void => this.#tell(news);
    this.#inbox = new Inbox({
      ...{ capacity, log },
      known: (attempt) => this.#presence.ledger.has(attempt),
      taken: (assignment) => this.#received(assignment),
      waiting: (count) => show({ type: "queue", waiting: count }),
    });
    this.#outbox = new Outboxes({
      ...{ clock, random, log, capacity, show },
      own: { store: needs.outbox, send: coordinator.report },
      earlier: needs.earlier,
      kept: (attempt) => this.#presence.ledger.reporting(attempt),
    });
    const over = (circuit: string, code: FailureCode): void => this.#takeAgain(code, circuit);
    this.#denials = new Denials({ clock, ended: this.#ended.signal, over });
    this.#link = this.#makeLink(settings);
    this.#presence = this.#makePresence();
    const poolNeeds = {
      ...{ clock, random, log, show },
      spawn: needs.spawn,
      ...{ togetherFrom: needs.togetherFrom, memoryBudgetBytes: needs.memoryBudgetBytes },
      ...{ load: needs.load, doubt: needs.doubt },
      begin: coordinator.begin,
      handBack: (assignment: Assignment, message: string) =>
        void this.#decline(assignment, { code: "refused", message }),
      decline: (assignment: Assignment, why: Why) => void this.#decline(assignment, why),
      allowUnsigned: () => needs.settings().allowUnsigned,
    };
    this.#pool = new Pool(poolNeeds, settings.concurrency);
  }

  /** The engine's name, "" until a prover has told it. */
  get engine(): string {
    return this.#engine;
  }

  /** One more than there are provers, so that the next task is there when a proof is done; none without a prover. */
  get #slots(): number {
    return this.#pool.able === 0 ? 0 : this.#pool.able + 1;
  }

  get statistics(): Statistics {
    const { active } = this.#pool;
    return { active, queued: this.#inbox.size, connected: this.#link.connected };
  }

  /** Waits, not for ever, for the first prover to be ready. */
  async warmUp(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#needs;
    const limit = { clock, ms: ENGINE_WAIT_MS, signal, what: "the first prover" };
    try {
      this.#engine = (await within(limit, () => this.#pool.ready)).engine;
    } catch (reason) {
      signal.throwIfAborted();
      log.warn("No prover is ready yet", { error: NodeFailure.from(reason).message });
    }
  }

  /** Connects, registers and sets everything going. @throws NodeFailure when the coordinator refuses; the signal's reason. */
  async connect(signal: AbortSignal): Promise<void> {
    await this.#outbox.open();
    await this.#link.connect(signal);
    const { signal: ended } = this.#ended;
    void this.#presence.run(ended);
    const link = { assignments: (until: AbortSignal) => this.#assignments(until) };
    const stages = { link, inbox: this.#inbox, pool: this.#pool, outbox: this.#outbox };
    this.#flow = pipeline(stages, ended);
  }

  /** Puts the goodbye in the page's hands. */
  armGoodbye(): void {
    this.#presence.renewGoodbye();
  }

  /** Takes nothing new, finishes, reports, leaves: in the original worker's order, telling each step until it is ended. */
  async drain(step: (step: StopStep) => void): Promise<void> {
    const work: readonly (readonly [StopStep, () => Promise<void>])[] = [
      ["intake", () => this.#closeIntake()],
      ["proofs", () => this.#flow],
      ["reports", () => this.#outbox.empty()],
      ["connection", () => this.end("the node stops")],
    ];
    for (const [name, finish] of work) {
      if (this.#ended.signal.aborted) return;
      step(name);
      await finish();
    }
  }

  /** Ends everything now; what is unfinished is given back. Reports stay on disk. */
  async end(why: string): Promise<void> {
    if (this.#ended.signal.aborted) return;
    this.#presence.stop();
    const { ledger } = this.#presence;
    for (const attempt of ledger.unfinished) ledger.giveBack(attempt);
    const left = this.#presence.leave(why);
    this.abandon(why);
    await left;
  }

  /** Ends everything now without a word: another tab leads and speaks for this node. */
  abandon(why: string): void {
    this.#presence.vanish();
    this.#inbox.close();
    this.#ended.abort(new NodeFailure("cancelled", why));
    this.#pool.end(why);
    this.#outbox.close();
  }

  /** The network is back, or somebody looks: whatever waits for its next try goes at once. */
  wake(): void {
    this.#link.wake();
    this.#outbox.connected();
  }

  /** The session cannot be trusted any more: after a freeze or a goodbye. */
  reopen(why: string): void {
    this.#link.reopen(why);
  }

  async #closeIntake(): Promise<void> {
    this.#presence.stop();
    for (const { attemptId } of this.#inbox.close()) this.#presence.ledger.giveBack(attemptId);
    this.#pool.finish();
    await this.#presence.call(this.#ended.signal).catch(() => undefined);
  }

  /** Unsigned circuits are allowed from now on: the denied are asked for again. What else denied one is found out again. */
  allowDenied(): void {
    if (!this.#denials.clear()) return;
    this.#takeAgain("refused", "the circuits that were denied");
  }

  #takeAgain(code: FailureCode, what: string): void {
    this.#tell({ type: "solved", code });
    this.#link.reopen(`registering with ${what} again`);
  }

  #makeLink({ keepaliveTimeMs, keepaliveTimeoutMs }: Settings): Link {
    const { clock, coordinator, hidden, log, random } = this.#needs;
    return new Link({
      ...{ clock, coordinator, hidden, log, random },
      offer: () => this.#offer(),
      registered: (registration, offer) => this.#registered(registration, offer),
      show: (link) => this.#tell({ type: "link", link }),
      probe: (signal) => this.#presence.call(signal),
      keepalive: { timeMs: keepaliveTimeMs, timeoutMs: keepaliveTimeoutMs },
    });
  }

  #makePresence(): Presence {
    const { clock, coordinator, identity, log, metrics, page, settings } = this.#needs;
    return new Presence({
      ...{ clock, coordinator, log, metrics, page },
      token: () => identity.offer().token,
      session: () => this.#link.session,
      gauges: () => ({
        activeTasks: this.statistics.active,
        queuedTasks: this.statistics.queued,
        streamOpenMs: this.#link.streamOpenMs,
      }),
      slots: () => this.#slots,
      intervalMs: () => settings().heartbeatIntervalMs,
      cancel: (attempt, why) => this.#cancel(attempt, why),
      reopen: (why) => this.#link.reopen(why),
    });
  }

  #offer(): Offer {
    return {
      ...this.#needs.identity.offer(),
      // A registration offers one at least; that there is none, heartbeats say.
      slots: Math.max(1, this.#slots),
      curves: this.#needs.settings().curves,
      engine: this.#engine,
      selfTestMs: this.#pool.selfTestMs,
      held: this.#presence.ledger.held,
      deniedCircuits: this.#denials.list,
    };
  }

  async #registered(registration: Registration, offer: Offer): Promise<void> {
    await this.#needs.identity.registered(registration);
    this.#presence.registered(registration, offer);
    this.#outbox.connected();
  }

  #assignments(signal: AbortSignal): AsyncGenerator<Assignment> {
    return assignments(this.#link.messages(signal), {
      log: this.#needs.log,
      control: (control) => this.#obey(control),
      giveBack: (attempt) => this.#presence.ledger.giveBack(attempt),
      stopping: () => this.#presence.stopping || this.#slots === 0,
    });
  }

  #received(assignment: Assignment): void {
    const { attemptNumber, circuitId, taskId } = assignment;
    this.#presence.ledger.received(assignment);
    this.#needs.log.info("Task received", { task_id: taskId, circuit_type: circuitId });
    this.#tell({ type: "task-received", attempt: assignment, attemptNumber });
  }

  #obey(control: Control): void {
    for (const attempt of control.cancel) this.#cancel(attempt, "cancelled by the coordinator");
    if (control.drain) this.#presence.want("draining");
    this.#presence.want(control.wanted);
    if (control.reregister) this.#link.reopen("the coordinator asked for a new registration");
  }

  #cancel(attempt: AttemptId, why: string): void {
    if (this.#inbox.remove(attempt)) this.#tell({ type: "attempt-lost", attemptId: attempt, why });
    else this.#pool.cancel(attempt, why);
  }

  /** The task goes back, and the next registration says that no more of its circuit should come. */
  async #decline({ attemptId, circuitId }: Assignment, why: Why): Promise<void> {
    this.#needs.log.warn("Task given back", { circuit_type: circuitId, why: why.message });
    const message = `${why.message}; its tasks are given back`;
    this.#tell({ type: "trouble", code: why.code, message });
    this.#presence.ledger.giveBack(attemptId);
    const fresh = this.#denials.add(circuitId, why.code);
    await this.#presence.call(this.#ended.signal).catch(() => undefined);
    if (fresh) this.#link.reopen(`registering without ${circuitId}`);
  }

  /** The last prover is down: what waits for one is given back. */
  #unable(): void {
    for (const { attemptId } of this.#inbox.empty()) this.#presence.ledger.giveBack(attemptId);
    void this.#presence.call(this.#ended.signal).catch(() => undefined);
  }

  /** Everything that the stages tell passes here: what concerns ledger and counters is written down. */
  #tell(news: NodeNews): void {
    const { metrics } = this.#needs;
    switch (news.type) {
      case "prover":
        if (news.state.name === "proving") this.#presence.ledger.proving(news.state);
        if (news.state.name === "replacing" && this.#slots === 0) this.#unable();
        break;
      case "proved":
        metrics.proved(news.circuitId, news.durationMs);
        break;
      case "proof-failed":
        metrics.failed();
        break;
      case "attempt-lost":
      case "verdict":
        this.#presence.ledger.settled(news.attemptId);
        break;
      default:
        break;
    }
    this.#needs.show(news);
  }
}

type Why = Pick<NodeFailure, "code" | "message">;
