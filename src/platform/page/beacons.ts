/**
 * Beacons: the node worker makes the frames, the page sends them, because only a page has `navigator.sendBeacon`.
 * In: `beacon` and `goodbye` messages. Out: `beacon-sent` for each beacon; the newest goodbye on demand, synchronously.
 */
import type { FromPage, ToPage } from "../../node/protocol.ts";

/** `navigator.sendBeacon` in a form that tests can give. True means queued, no more than that. */
export type SendBeacon = (url: string, body: Blob) => boolean;

export type Beacons = {
  /** Sends a frame and says whether the browser took it; false makes the node post it itself. */
  readonly send: (message: Extract<ToPage, { type: "beacon" }>) => FromPage;
  /** Keeps the frame that says goodbye, in place of the one before. */
  readonly keepGoodbye: (message: Extract<ToPage, { type: "goodbye" }>) => void;
  /** Sends the goodbye that is kept, if there is one. For `pagehide`: nothing in it waits. */
  readonly sayGoodbye: () => void;
};

/** A gRPC-Web request is a valid beacon body when it carries its content type. */
const FRAME_TYPE = "application/grpc-web+proto";

export const createBeacons = (sendBeacon: SendBeacon): Beacons => {
  let goodbye: { readonly url: string; readonly frame: Uint8Array } | null = null;
  const queue = (url: string, frame: Uint8Array): boolean => {
    try {
      // A copy, since the frame's buffer might be shared, which a Blob does not take.
      return sendBeacon(url, new Blob([new Uint8Array(frame)], { type: FRAME_TYPE }));
    } catch {
      // Some browsers throw on a URL or a body that they refuse; for the node it is the same as "not taken".
      return false;
    }
  };
  return {
    send: ({ id, url, frame }) => ({ type: "beacon-sent", id, queued: queue(url, frame) }),
    keepGoodbye: ({ url, frame }) => {
      goodbye = frame === null ? null : { url, frame };
    },
    sayGoodbye: () => {
      if (goodbye !== null) queue(goodbye.url, goodbye.frame);
    },
  };
};
