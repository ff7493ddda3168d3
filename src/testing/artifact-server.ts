/** A real HTTP server for artifacts, with Range, and with whatever a test lets go wrong. */
import http from "node:http";
import type { AddressInfo } from "node:net";

export type ArtifactServer = {
  readonly origin: string;
  /** What is served, by path; changeable while it runs. */
  readonly files: Map<string, Uint8Array>;
  /** "path" or "path bytes=N-", in the order of their coming. */
  readonly requests: string[];
  /** Takes the answer to a request upon itself, or returns false. Gets the number of the request, from 1. */
  answer: (exchange: Exchange, count: number) => boolean;
  readonly close: () => Promise<void>;
};

export type Exchange = {
  readonly path: string;
  /** First byte that is asked for. */
  readonly from: number;
  readonly bytes: Uint8Array;
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
};

export const startArtifactServer = async (): Promise<ArtifactServer> => {
  const files = new Map<string, Uint8Array>();
  const requests: string[] = [];
  const server = http.createServer((request, response) => {
    const path = request.url ?? "";
    const range = request.headers.range;
    requests.push(range === undefined ? path : `${path} ${range}`);
    const bytes = files.get(path);
    if (bytes === undefined) {
      response.writeHead(404).end();
      return;
    }
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    const exchange = { path, from, bytes, request, response };
    if (!self.answer(exchange, requests.length)) sendRest(exchange);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const self: ArtifactServer = {
    origin: `http://127.0.0.1:${port}`,
    files,
    requests,
    answer: () => false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return self;
};

/** What a good server answers; `count` bytes of it at most. */
export const sendRest = (
  { from, bytes, response }: Exchange,
  count = bytes.byteLength - from,
): void => {
  const total = bytes.byteLength;
  if (from >= total && from > 0) {
    response.writeHead(416, { "content-range": `bytes */${total}` }).end();
    return;
  }
  const headers = { "content-length": total - from };
  if (from === 0) response.writeHead(200, headers);
  else {
    response.writeHead(206, { ...headers, "content-range": `bytes ${from}-${total - 1}/${total}` });
  }
  const rest = bytes.subarray(from, from + count);
  if (from + count >= total) response.end(rest);
  else response.write(rest);
};

/** Sends that many bytes and resets the connection a moment later. */
export const cutAfter = (exchange: Exchange, count: number): void => {
  sendRest(exchange, count);
  setTimeout(() => exchange.request.socket.destroy(), 20);
};
