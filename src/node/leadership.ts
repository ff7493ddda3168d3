/**
 * One browser is one node: of all tabs the one that holds the Web Lock leads, the others watch and pass commands on. A
 * tab that closes gives the lock to the next one at once. A leader that is frozen keeps the lock but says nothing any
 * more: a follower takes it away, and the old one asks before it sends that it still has it.
 */
import { anySignal } from "../domain/any-signal.ts";
import type { Clock, Random } from "../domain/clock.ts";
import type { Log } from "../domain/log.ts";
import type { NodeState } from "../store/state.ts";

export type HeldLock = {
  /** Resolves when it was taken away. */
  readonly lost: Promise<void>;
  readonly isHeld: () => Promise<boolean>;
};

export type LockPort = {
  /** "if-free": `undefined` when somebody else holds it. "steal": from whoever holds it. */
  readonly acquire: (
    how: "if-free" | "wait" | "steal",
    signal: AbortSignal,
  ) => Promise<HeldLock | undefined>;
};

/** Between the tabs of one browser, on the channel "prove-at-home-node". */
export type TabMessage =
  | { readonly type: "state"; readonly state: NodeState }
  /** A new tab: tell it the state. */
  | { readonly type: "hello" }
  | { readonly type: "command"; readonly command: TabCommand };

export type TabCommand =
  | { readonly name: "start" | "stop" | "settings-changed" }
  | { readonly name: "remove-circuit"; readonly circuitId: string };

export type ChannelPort = {
  readonly post: (message: TabMessage) => void;
  readonly listen: (listener: (message: TabMessage) => void) => void;
};

export type LeadershipNeeds = {
  readonly lock: LockPort;
  readonly channel: ChannelPort;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** `goOn`: the leader before was at work. */
  readonly lead: (goOn: boolean) => void;
  /** Another tab leads. Called at first, and when the lead was taken away. */
  readonly follow: () => void;
  /** The leader's state, while this tab follows. */
  readonly watch: (state: NodeState) => void;
  /** A command of a follower, while this tab leads. */
  readonly command: (command: TabCommand) => void;
  readonly state: () => NodeState;
};

const BEAT_MS = 2_000;
/** Beats that may stay out. Counted in own beats, so that a device that slept blames nobody. */
const MISSED_BEATS = 10;
/** The same, after a command: a leader answers it with its state at once. */
const MISSED_AFTER_COMMAND = 2;

/** A command that was passed on, and that no state has followed yet. */
type Unanswered = { readonly command: TabCommand; readonly atMs: number };

export class Leadership {
  readonly #needs: LeadershipNeeds;
  #held: HeldLock | undefined;
  #demote: () => void = () => undefined;
  #missed = 0;
  #leaderWorks = false;
  #unanswered: readonly Unanswered[] = [];

  constructor(needs: LeadershipNeeds) {
    this.#needs = needs;
    needs.channel.listen((message) => this.#hear(message));
  }

  get leads(): boolean {
    return this.#held !== undefined;
  }

  /** Resolves when it is known whether this tab leads or follows; goes on until the signal. */
  async join(signal: AbortSignal): Promise<void> {
    const held = await this.#needs.lock.acquire("if-free", signal);
    if (held === undefined) this.#needs.follow();
    void this.#stay(held, signal).catch((reason: unknown) => {
      if (!signal.aborted) this.#needs.log.error("Leadership ended", { error: String(reason) });
    });
    void this.#beat(signal).catch(() => undefined);
  }

  /** Whether this tab still leads, asked of the browser. One that does not is told so, and stops. */
  async check(): Promise<boolean> {
    const held = this.#held;
    if (held === undefined) return false;
    if (await held.isHeld()) return true;
    this.#demote();
    return false;
  }

  /** Shows the state to the other tabs. */
  publish(state: NodeState): void {
    if (this.leads) this.#needs.channel.post({ type: "state", state });
  }

  /** Passes a command to the leading tab. If that does not hear it any more, this tab takes the lead and obeys it. */
  pass(command: TabCommand): void {
    this.#unanswered = [...this.#unanswered, { command, atMs: this.#needs.clock.now() }];
    this.#needs.channel.post({ type: "command", command });
  }

  async #stay(first: HeldLock | undefined, signal: AbortSignal): Promise<void> {
    let held = first;
    for (;;) {
      held ??= await this.#queue(signal);
      const demoted = new Promise<void>((resolve) => {
        this.#demote = resolve;
      });
      this.#held = held;
      this.#takeOver(first === undefined && this.#leaderWorks);
      await Promise.race([held.lost, demoted]);
      this.#held = undefined;
      held = undefined;
      first = undefined;
      this.#needs.log.warn("Another tab took the lead");
      this.#needs.follow();
    }
  }

  /** What nobody has answered is this tab's to obey. */
  #takeOver(goOn: boolean): void {
    const commands = this.#unanswered.map(({ command }) => command);
    this.#unanswered = [];
    this.#leaderWorks = false;
    this.#needs.lead(goOn && commands.every(({ name }) => name !== "stop"));
    for (const command of commands) this.#needs.command(command);
  }

  async #queue(signal: AbortSignal): Promise<HeldLock> {
    this.#missed = 0;
    this.#needs.channel.post({ type: "hello" });
    for (;;) {
      const stop = new AbortController();
      const until = anySignal([signal, stop.signal]);
      const turn = this.#needs.lock.acquire("wait", until);
      const silent = this.#leaderSilent(until);
      try {
        const held = await Promise.race([turn, silent]);
        if (held !== undefined) return held;
      } finally {
        stop.abort();
        turn.catch(() => undefined);
        silent.catch(() => undefined);
      }
      this.#needs.log.warn("The leading tab is silent, taking the lead");
      const stolen = await this.#needs.lock.acquire("steal", signal);
      if (stolen !== undefined) return stolen;
    }
  }

  /** Resolves when a leader that was at work has not been heard for long, or one that was commanded for a while. */
  async #leaderSilent(signal: AbortSignal): Promise<undefined> {
    // Not all followers in the same moment.
    const patience = MISSED_BEATS * (1 + this.#needs.random() / 2);
    this.#missed = 0;
    const isSilent = (): boolean =>
      (this.#leaderWorks && this.#missed >= patience) ||
      (this.#unanswered.length > 0 && this.#missed > MISSED_AFTER_COMMAND);
    while (!isSilent()) {
      await this.#needs.clock.sleep(BEAT_MS, signal);
      this.#missed += 1;
    }
    return undefined;
  }

  async #beat(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#needs.clock.sleep(BEAT_MS, signal);
      this.publish(this.#needs.state());
    }
  }

  #hear(message: TabMessage): void {
    if (message.type === "state") {
      if (this.leads) return;
      this.#missed = 0;
      this.#leaderWorks = atWork(message.state);
      // One that was sent before the command came may arrive after it; a beat later that cannot be.
      const heardBeforeMs = this.#needs.clock.now() - BEAT_MS;
      this.#unanswered = this.#unanswered.filter(({ atMs }) => atMs > heardBeforeMs);
      this.#needs.watch(message.state);
      return;
    }
    if (!this.leads) return;
    if (message.type === "command") this.#needs.command(message.command);
    this.publish(this.#needs.state());
  }
}

const atWork = ({ phase }: NodeState): boolean =>
  phase.name === "running" || phase.name === "starting";
