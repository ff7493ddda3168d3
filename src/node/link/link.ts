/**
 * In: nothing. Out: messages of the coordinator, for ever. Promises: a lost connection is opened again, first quickly,
 * then patiently; each new session names the attempts that the node holds, so that none is lost with a connection.
 * Fails: only before the first registration, when the coordinator says no.
 */
import { anySignal } from "../../domain/any-signal.ts";
import { exponential, fullJitter, nearlyExact, type Backoff } from "../../domain/backoff.ts";
import type { Clock, Random } from "../../domain/clock.ts";
import type { Link as LinkState } from "../../domain/event.ts";
import { NodeFailure } from "../../domain/failure.ts";
import {
  CONNECT_TIMEOUT_MS,
  REGISTER_TIMEOUT_MS,
  STREAM_HIDDEN_SILENCE_MS,
} from "../../domain/limits.ts";
import type { Log } from "../../domain/log.ts";
import { Pause, within } from "../../domain/pause.ts";
import type { Downlink, Offer, Registration } from "../../domain/session.ts";
import type { Coordinator, Session } from "./coordinator.ts";
import { watched } from "./watched.ts";

export type LinkNeeds = {
  readonly coordinator: Coordinator;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** What to register with, made anew each time: held attempts and the token change. */
  readonly offer: () => Offer;
  /** Gets the offer that was answered: much may have changed since it was made. */
  readonly registered: (registration: Registration, offer: Offer) => Promise<void>;
  readonly show: (state: LinkState) => void;
  /** A unary call with a short deadline; rejects when it is not answered. */
  readonly probe: (signal: AbortSignal) => Promise<void>;
  readonly hidden: () => boolean;
  readonly keepalive: { readonly timeMs: number; readonly timeoutMs: number };
};

/** Seed: 5 retries, after 1, 2, 4, 8 and 16 s. */
const MAX_RETRIES = 5;
const quickRetries = exponential(1_000, 16_000);
/** After the quick ones, for ever: a coordinator that is down for an hour is not hammered. */
const SLOW_RETRY_MS = 60_000;
/** Seed: the stream is retried every 5 s; here growing to a minute, with jitter. */
const streamRetries = exponential(5_000, 60_000);
/** A connection that held this long was good: its loss starts over with short waits. */
const HEALTHY_MS = 60_000;
const REOPEN_SPACING_MS = 1_000;

export class Link {
  readonly #needs: LinkNeeds;
  readonly #pause: Pause;
  #session: Session | undefined;
  /** The session's stream is lost. The session itself lives until the next registration, and so do its heartbeats. */
  #stale = false;
  #streamKeepaliveMs = 0;
  #openedAtMs: number | undefined;
  #stream = new AbortController();
  /** Since the last registration was offered; undefined = it was not asked for. */
  #reopenAsked: NodeFailure | undefined;

  constructor(needs: LinkNeeds) {
    this.#needs = needs;
    this.#pause = new Pause(needs.clock);
  }

  get session(): Session | undefined {
    return this.#session;
  }

  get connected(): boolean {
    return this.#session !== undefined && !this.#stale;
  }

  /** How long the present task stream has been open, ms; 0 = it is not. */
  get streamOpenMs(): number {
    return this.#openedAtMs === undefined ? 0 : this.#needs.clock.now() - this.#openedAtMs;
  }

  /**
   * Reaches the coordinator and registers, however long it takes.
   *
   * @throws NodeFailure when the coordinator refuses, or the signal's reason.
   */
  async connect(signal: AbortSignal): Promise<void> {
    let backoff = quickRetries;
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.#needs.show({ name: "connecting", attempt, maxRetries: MAX_RETRIES });
        await this.#reach(signal);
        await this.#register(signal);
        return;
      } catch (reason) {
        const failure = passing(reason, signal);
        await this.#waitToConnect({ attempt, backoff, failure }, signal);
        backoff = backoff.next();
      }
    }
  }

  /** Messages of the task stream; the stream is opened again whenever it ends. Ends by its signal alone. */
  async *messages(signal: AbortSignal): AsyncGenerator<Downlink> {
    let tries = { attempt: 1, backoff: streamRetries };
    for (;;) {
      const openedAtMs = this.#needs.clock.now();
      try {
        if (this.#stale) await this.#register(signal);
        yield* this.#open(signal);
        this.#lost(new NodeFailure("unreachable", "the coordinator ended the task stream"));
      } catch (reason) {
        if (signal.aborted) return;
        this.#lost(NodeFailure.from(reason, "unreachable"));
      }
      const lastedMs = this.#needs.clock.now() - openedAtMs;
      if (lastedMs >= HEALTHY_MS) tries = { attempt: 1, backoff: streamRetries };
      if (this.#takeReopen(lastedMs)) continue;
      if (!(await this.#waitToReopen(tries, signal))) return;
      tries = { attempt: tries.attempt + 1, backoff: tries.backoff.next() };
    }
  }

  /** Tries again at once if it waits: the network is back, the page is visible, somebody pressed Retry. */
  wake(): void {
    this.#pause.wake();
  }

  /** Registers again on a new stream, at once: after a freeze, a goodbye that proved early, or when asked to. */
  reopen(why: string): void {
    this.#reopenAsked = new NodeFailure("unreachable", why);
    this.#stream.abort(this.#reopenAsked);
    this.#pause.wake();
  }

  async #reach(signal: AbortSignal): Promise<void> {
    const { clock, coordinator } = this.#needs;
    const limit = { clock, ms: CONNECT_TIMEOUT_MS, signal, what: "connecting" };
    await within(limit, (inner) => coordinator.reach(inner));
  }

  async #register(signal: AbortSignal): Promise<void> {
    const { clock, coordinator, log } = this.#needs;
    this.#reopenAsked = undefined;
    const offer = this.#needs.offer();
    const limit = { clock, ms: REGISTER_TIMEOUT_MS, signal, what: "RegisterWorker" };
    const registration = await within(limit, (inner) => coordinator.register(offer, inner));
    this.#session = { workerId: offer.workerId, sessionId: registration.sessionId };
    this.#stale = false;
    this.#streamKeepaliveMs = registration.streamKeepaliveMs;
    await this.#needs.registered(registration, offer);
    this.#needs.show({
      name: "connected",
      sinceMs: clock.unixMs(),
      coordinatorVersion: registration.coordinatorVersion,
    });
    log.info("Registered", {
      worker_id: offer.workerId,
      held_attempts: offer.held.length,
      lost_attempts: registration.lost.length,
    });
  }

  async *#open(signal: AbortSignal): AsyncGenerator<Downlink> {
    const { clock, coordinator } = this.#needs;
    if (this.#session === undefined) return;
    // Asked for while the registration was under way, which may not have known why.
    if (this.#reopenAsked !== undefined) throw this.#reopenAsked;
    const stream = new AbortController();
    this.#stream = stream;
    const inner = anySignal([signal, stream.signal]);
    this.#openedAtMs = clock.now();
    try {
      yield* watched(coordinator.tasks(this.#session, inner), {
        clock,
        signal: inner,
        silenceMs: () => this.#silenceMs(),
        probe: this.#needs.probe,
      });
    } finally {
      this.#openedAtMs = undefined;
      // Leaving a `for await` does not cancel the call: without this its connection stays taken.
      stream.abort();
    }
  }

  #silenceMs(): number {
    const { timeMs, timeoutMs } = this.#needs.keepalive;
    const visible = Math.max(timeMs, this.#streamKeepaliveMs) + timeoutMs;
    return this.#needs.hidden() ? Math.max(visible, STREAM_HIDDEN_SILENCE_MS) : visible;
  }

  #lost(failure: NodeFailure): void {
    this.#stale = true;
    this.#needs.log.warn("Stream error, retrying", { error: failure.message, code: failure.code });
    this.#needs.show({ name: "offline", reason: failure.message });
  }

  /** Whether to skip the wait. A coordinator that asks for it again and again is not obeyed in a tight loop. */
  #takeReopen(lastedMs: number): boolean {
    return this.#reopenAsked !== undefined && lastedMs >= REOPEN_SPACING_MS;
  }

  /** Returns false when the signal ended it. */
  async #waitToReopen({ attempt, backoff }: Tries, signal: AbortSignal): Promise<boolean> {
    const delayMs = fullJitter(backoff.delayMs, this.#needs.random);
    this.#needs.show({
      name: "waiting",
      attempt,
      retryAtMs: this.#needs.clock.unixMs() + delayMs,
      reason: "the connection was lost",
    });
    try {
      await this.#pause.wait(delayMs, signal);
      return true;
    } catch {
      return false;
    }
  }

  async #waitToConnect(tried: Tried, signal: AbortSignal): Promise<void> {
    const { clock, log, random } = this.#needs;
    const { attempt, failure } = tried;
    const quick = attempt <= MAX_RETRIES;
    const delayMs = quick
      ? nearlyExact(tried.backoff.delayMs, random)
      : fullJitter(SLOW_RETRY_MS, random);
    log.warn("Connection failed, retrying", {
      attempt,
      max_retries: MAX_RETRIES,
      retry_in: `${(delayMs / 1000).toFixed(3)}s`,
      error: failure.message,
    });
    const reason = failure.message;
    this.#needs.show(
      quick
        ? { name: "waiting", attempt, retryAtMs: clock.unixMs() + delayMs, reason }
        : { name: "offline", reason },
    );
    await this.#pause.wait(delayMs, signal);
  }
}

type Tries = { readonly attempt: number; readonly backoff: Backoff };
type Tried = Tries & { readonly failure: NodeFailure };

/** What may pass by itself. @throws anything else: a refusal is an answer, and asking again does not change it. */
const passing = (reason: unknown, signal: AbortSignal): NodeFailure => {
  signal.throwIfAborted();
  const failure = NodeFailure.from(reason, "unreachable");
  if (failure.code !== "unreachable") throw failure;
  return failure;
};
