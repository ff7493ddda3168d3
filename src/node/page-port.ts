/** The port to the page: state goes there, beacons go out through it, and it keeps the goodbye. */
import type { Clock } from "../domain/clock.ts";
import type { Beat } from "../domain/session.ts";
import type { NodeState } from "../store/state.ts";
import { heartbeatFrame } from "../wire/heartbeat.ts";
import type { PageSide } from "./presence.ts";
import type { FromPage, MessagePortLike, ToPage } from "./protocol.ts";

export type PagePortNeeds = {
  readonly clock: Clock;
  /** Posts a frame with a call that outlives this worker; false = it was refused. */
  readonly post: (url: string, frame: Uint8Array<ArrayBuffer>) => Promise<boolean>;
};

/** A page answers in a turn of its loop; one that does not is gone or stuck. */
const ANSWER_MS = 1_000;

export class PagePort {
  readonly #needs: PagePortNeeds;
  #port: MessagePortLike | undefined;
  #beacons = 0;
  readonly #asked = new Map<number, (queued: boolean) => void>();

  constructor(needs: PagePortNeeds) {
    this.#needs = needs;
  }

  open(port: MessagePortLike): void {
    this.#port = port;
    port.onmessage = ({ data }) => {
      // The page speaks this protocol alone on this port.
      const { id, queued } = data as FromPage;
      this.#asked.get(id)?.(queued);
    };
  }

  showState(state: NodeState): void {
    this.#send({ type: "state", state });
  }

  /** What a node needs of its page, for heartbeats to `url`. */
  side(url: string): PageSide {
    return {
      beacon: (beat) => this.#beacon(url, beat),
      keepGoodbye: (beat) => {
        const frame = beat === undefined ? null : heartbeatFrame(beat);
        this.#send({ type: "goodbye", url, frame });
      },
    };
  }

  async #beacon(url: string, beat: Beat): Promise<boolean> {
    const frame = heartbeatFrame(beat);
    if (await this.#queued(url, frame)) return true;
    return this.#needs.post(url, frame);
  }

  async #queued(url: string, frame: Uint8Array): Promise<boolean> {
    if (this.#port === undefined) return false;
    this.#beacons += 1;
    const id = this.#beacons;
    const answered = new AbortController();
    const answer = new Promise<boolean>((resolve) => this.#asked.set(id, resolve));
    const late = this.#needs.clock.sleep(ANSWER_MS, answered.signal).then(() => false);
    try {
      this.#send({ type: "beacon", id, url, frame });
      return await Promise.race([answer, late]);
    } finally {
      this.#asked.delete(id);
      answered.abort();
      late.catch(() => undefined);
    }
  }

  #send(message: ToPage): void {
    this.#port?.postMessage(message);
  }
}
