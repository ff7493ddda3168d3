/**
 * In: what the node holds. Out: heartbeats, as beacons and as calls. Promises: at least every fourth one, and one per
 * third of the lease, is a call whose answer is read, since a beacon that was "queued" may never have left. A failed one
 * is logged and work goes on.
 */
import type { Clock } from "../../domain/clock.ts";
import { NodeFailure } from "../../domain/failure.ts";
import { HEARTBEAT_TIMEOUT_MS } from "../../domain/limits.ts";
import type { Log } from "../../domain/log.ts";
import { Pause, within } from "../../domain/pause.ts";
import type { Beat, BeatAnswer } from "../../domain/session.ts";
import type { Coordinator, Session } from "./coordinator.ts";

/** What a heartbeat says of the node; the rest is the heartbeat's own to know. */
export type BeatBody = Omit<Beat, "workerId" | "sessionId" | "sequence" | "unixMs">;

export type HeartbeatNeeds = {
  readonly coordinator: Pick<Coordinator, "heartbeat">;
  readonly clock: Clock;
  readonly log: Log;
  readonly session: () => Session | undefined;
  /** Makes the body. Counters that it takes are put back by `restore` when the beat surely did not arrive. */
  readonly body: () => BeatBody;
  readonly restore: (body: BeatBody) => void;
  /** Sends a beat without waiting for an answer; false = not even queued. */
  readonly beacon: (beat: Beat) => Promise<boolean>;
  readonly answered: (answer: BeatAnswer, body: BeatBody) => void;
  /** The coordinator does not know the session. */
  readonly refused: (failure: NodeFailure) => void;
  /** Larger of setting and the coordinator's wish. */
  readonly intervalMs: () => number;
  readonly leaseTtlMs: () => number;
};

/** Every how many beats the answer is read. */
const ANSWERED_EVERY = 4;
/** Above every sequence that a session reaches: whatever beat comes late, the goodbye is newer. */
const LAST_SEQUENCE = Number.MAX_SAFE_INTEGER;

export class Heartbeat {
  readonly #needs: HeartbeatNeeds;
  readonly #pause: Pause;
  #sessionId = "";
  #sequence = 0;
  #sinceAnswer = 0;
  #answeredAtMs = 0;

  constructor(needs: HeartbeatNeeds) {
    this.#needs = needs;
    this.#pause = new Pause(needs.clock);
  }

  /** Beats until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    this.#answeredAtMs = this.#needs.clock.now();
    while (!signal.aborted) {
      try {
        await this.#pause.wait(this.#needs.intervalMs(), signal);
      } catch {
        return;
      }
      await this.#beat(signal);
    }
  }

  /** A heartbeat by call, now. Rejects when it is not answered; a failure is logged here. */
  async call(signal: AbortSignal): Promise<void> {
    const body = this.#needs.body();
    const beat = this.#compose(body);
    if (beat === undefined) throw new NodeFailure("unreachable", "there is no session yet");
    const { clock, coordinator, log } = this.#needs;
    const limit = { clock, ms: HEARTBEAT_TIMEOUT_MS, signal, what: "SendHeartbeat" };
    try {
      const answer = await within(limit, (inner) => coordinator.heartbeat(beat, inner));
      this.#sinceAnswer = 0;
      this.#answeredAtMs = clock.now();
      this.#needs.answered(answer, body);
    } catch (reason) {
      this.#needs.restore(body);
      const failure = NodeFailure.from(reason, "unreachable");
      log.error("Heartbeat failed", { error: failure.message, code: failure.code });
      if (failure.code === "refused") this.#needs.refused(failure);
      throw failure;
    }
  }

  /** The beat that says goodbye; undefined when there is no session to leave. */
  goodbye(body: BeatBody): Beat | undefined {
    const beat = this.#compose({ ...body, intake: "leaving", attempts: [] });
    return beat === undefined ? undefined : { ...beat, sequence: LAST_SEQUENCE };
  }

  async #beat(signal: AbortSignal): Promise<void> {
    if (this.#needs.session() === undefined) return;
    this.#sinceAnswer += 1;
    if (this.#wantsAnswer()) {
      await this.call(signal).catch(() => undefined);
      return;
    }
    const body = this.#needs.body();
    const beat = this.#compose(body);
    if (beat === undefined || (await this.#left(beat, signal))) return;
    this.#needs.restore(body);
    this.#needs.log.warn("Heartbeat failed", { error: "neither beacon nor keepalive call left" });
  }

  /** Whether a beat left as a beacon or its stand-in. One that hangs must not hold up the next. */
  async #left(beat: Beat, signal: AbortSignal): Promise<boolean> {
    const { beacon, clock } = this.#needs;
    const limit = { clock, ms: HEARTBEAT_TIMEOUT_MS, signal, what: "beacon" };
    return within(limit, () => beacon(beat)).catch(() => signal.aborted);
  }

  #wantsAnswer(): boolean {
    const { clock, intervalMs, leaseTtlMs } = this.#needs;
    if (this.#sinceAnswer >= ANSWERED_EVERY) return true;
    // Would the next one come too late for one answer per third of the lease?
    const untilNextMs = clock.now() + intervalMs() - this.#answeredAtMs;
    return untilNextMs > leaseTtlMs() / 3;
  }

  #compose(body: BeatBody): Beat | undefined {
    const session = this.#needs.session();
    if (session === undefined) return undefined;
    if (session.sessionId !== this.#sessionId) {
      this.#sessionId = session.sessionId;
      this.#sequence = 0;
    }
    this.#sequence += 1;
    return { ...body, ...session, sequence: this.#sequence, unixMs: this.#needs.clock.unixMs() };
  }
}
