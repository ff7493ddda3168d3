/** Tells from its first bytes what a connection speaks, so that one port serves HTTP/1.1, HTTP/2 and TLS. */
import type { Socket } from "node:net";

export type Spoken = "http1" | "http2" | "tls";

/** First byte of a TLS handshake record. */
const TLS_HANDSHAKE = 0x16;
/** HTTP/2's connection preface begins with it, and no HTTP/1.1 method does. */
const HTTP2_PREFACE = "PRI";

/** A connection that does not say what it wants for this long is closed: it only holds a socket. */
export const SNIFF_DEADLINE_MS = 5_000;

/** What the bytes begin; undefined = too few to tell. */
export const spokenBy = (head: Uint8Array): Spoken | undefined => {
  if (head.length === 0) return undefined;
  if (head[0] === TLS_HANDSHAKE) return "tls";
  const start = Buffer.from(head.subarray(0, HTTP2_PREFACE.length)).toString("latin1");
  if (!HTTP2_PREFACE.startsWith(start)) return "http1";
  return start === HTTP2_PREFACE ? "http2" : undefined;
};

export type Sniffed = (socket: Socket, spoken: Spoken) => void;

/** Waits for the first bytes, puts them back and hands the socket on; closes it when they do not come in time. */
export const sniff = (socket: Socket, then: Sniffed, deadlineMs = SNIFF_DEADLINE_MS): void => {
  let head = Buffer.alloc(0);
  const late = setTimeout(() => socket.destroy(), deadlineMs);
  const stop = (): void => {
    clearTimeout(late);
    socket.off("data", take);
    socket.off("close", stop);
  };
  const take = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk]);
    const spoken = spokenBy(head);
    if (spoken === undefined) return;
    stop();
    // Paused until its server has put its listeners on: bytes that flow before that are lost.
    socket.pause();
    socket.unshift(head);
    then(socket, spoken);
    process.nextTick(() => socket.resume());
  };
  socket.on("data", take);
  socket.on("close", stop);
};
