/** Where a request comes from, as far as its socket can tell. */
import { isIP } from "node:net";

export type Peer = {
  /** Of the socket; "" when it has gone. */
  readonly address: string;
  /** A proxy passed it on: the socket's address is not the client's. */
  readonly forwarded: boolean;
};

const forwardingHeaders = ["forwarded", "x-forwarded-for", "x-real-ip", "via"] as const;

type RequestFacts = {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket: { readonly remoteAddress?: string | undefined };
};

export const peerOf = (request: RequestFacts): Peer => ({
  address: request.socket.remoteAddress ?? "",
  forwarded: forwardingHeaders.some((name) => request.headers[name] !== undefined),
});

/** This very machine, and no proxy on it that speaks for others. */
export const isLocal = (peer: Peer): boolean => {
  if (peer.forwarded) return false;
  const address = peer.address.replace(/^::ffff:/u, "");
  return isIP(address) === 4 ? address.startsWith("127.") : address === "::1";
};

export type LegacyRule = "loopback" | "always" | "never";

/** Whether a worker may work without a token: the seed's kind knows none. */
export const allowsLegacy = (rule: LegacyRule, peer: Peer): boolean =>
  rule === "always" || (rule === "loopback" && isLocal(peer));
