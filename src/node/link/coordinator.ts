/** What the link needs of the network. Each call rejects with a NodeFailure: unreachable, refused, malformed_message or cancelled. */
import type { WorkerId, SessionId } from "../../domain/ids.ts";
import type { Beat, BeatAnswer, Downlink, Offer, Registration } from "../../domain/session.ts";

export type Coordinator = {
  /** Resolves when anything there answers, whatever it says. */
  readonly reach: (signal: AbortSignal) => Promise<void>;
  readonly register: (offer: Offer, signal: AbortSignal) => Promise<Registration>;
  readonly heartbeat: (beat: Beat, signal: AbortSignal) => Promise<BeatAnswer>;
  /** Ends only by its signal, an error or the coordinator's end of the stream. */
  readonly tasks: (session: Session, signal: AbortSignal) => AsyncIterable<Downlink>;
};

/** One registration of this node. */
export type Session = { readonly workerId: WorkerId; readonly sessionId: SessionId };
