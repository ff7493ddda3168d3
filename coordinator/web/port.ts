/**
 * The one public port: the page, gRPC-Web, Connect and native gRPC, in clear text or over TLS. In: connections. Out:
 * requests to one handler. Promises: nobody holds a socket without speaking, and closing ends every connection.
 */
import { createServer as createHttp1Server } from "node:http";
import type { Server as Http1Server } from "node:http";
import { createSecureServer, createServer as createHttp2Server } from "node:http2";
import type { Http2SecureServer, Http2Server, ServerHttp2Session } from "node:http2";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Log } from "../log.ts";
import type { WebHandler } from "./reply.ts";
import { sniff } from "./sniff.ts";

export type Certificate = { readonly key: string; readonly cert: string };

export type PortOptions = {
  /** "" = all interfaces. */
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly certificate: Certificate | undefined;
  readonly handler: WebHandler;
  readonly log: Log;
};

export type OpenPort = {
  readonly port: number;
  /** Refuses new connections; those that are open go on. */
  readonly stopAccepting: () => void;
  /** Ends what is still open and resolves when the port is free. */
  readonly close: () => Promise<void>;
};

/** Request headers must be here this soon. */
const HEADERS_TIMEOUT_MS = 5_000;
/** A whole request must be here this soon; large jobs over slow lines fit, slow-loris bodies do not live for ever. */
const REQUEST_TIMEOUT_MS = 60_000;
/** How often Node.js looks for connections that are over their time. */
const TIMEOUT_LOOK_MS = 2_000;
/** Keeps proxies from closing idle connections, and finds dead peers. */
const HTTP2_PING_MS = 20_000;
const HTTP2_PONG_MS = 10_000;
/** Calls at once on one HTTP/2 connection: many pages of one browser, or one native client's burst. */
const HTTP2_CONCURRENT_STREAMS = 128;
/** Above the 10,000 streams that one process is meant to hold. */
const MAX_CONNECTIONS = 20_000;

const openHttp1 = (handler: WebHandler): Http1Server => {
  const server = createHttp1Server(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_LOOK_MS,
      noDelay: true,
    },
    handler,
  );
  // It never listens by itself, and Node.js starts to enforce the timeouts above on "listening" only.
  server.emit("listening");
  return server;
};

/** Pings each session; one that does not answer is gone, whatever its socket says. */
const keepAlive = (session: ServerHttp2Session): void => {
  let pong: NodeJS.Timeout | undefined;
  const timer = setInterval(() => {
    if (session.destroyed || session.closed) return;
    clearTimeout(pong);
    pong = setTimeout(() => session.destroy(), HTTP2_PONG_MS);
    session.ping(() => clearTimeout(pong));
  }, HTTP2_PING_MS);
  session.on("close", () => {
    clearInterval(timer);
    clearTimeout(pong);
  });
  session.on("error", () => session.destroy());
};

const settings = { maxConcurrentStreams: HTTP2_CONCURRENT_STREAMS };

const openHttp2 = (handler: WebHandler): Http2Server => {
  const server = createHttp2Server({ settings }, handler);
  server.on("session", keepAlive);
  return server;
};

const openTls = (certificate: Certificate, handler: WebHandler): Http2SecureServer => {
  const server = createSecureServer(
    { ...certificate, allowHTTP1: true, minVersion: "TLSv1.2", settings },
    handler,
  );
  server.setTimeout(0);
  server.on("session", keepAlive);
  // Scanners and browsers that do not trust the certificate yet: not worth a log line each.
  server.on("tlsClientError", (_error: Error, socket: TLSSocket) => socket.destroy());
  return server;
};

/** With a certificate, clear text is answered with the way to the same place over TLS. */
const toTls: WebHandler = (request, response) => {
  const host = request.headers.host ?? "localhost";
  response.statusCode = 308;
  response.setHeader("Location", `https://${host}${request.url ?? "/"}`);
  const plain: NodeJS.WritableStream = response;
  plain.end();
};

/** Listens; rejects when the port is taken or may not be used. */
export const openPort = async (options: PortOptions): Promise<OpenPort> => {
  const { certificate, handler } = options;
  const clear = certificate === undefined ? handler : toTls;
  const http1 = openHttp1(clear);
  const http2 = openHttp2(clear);
  const tls = certificate === undefined ? undefined : openTls(certificate, handler);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // A reset by the peer is ordinary; without a listener it would end the process.
    socket.on("error", () => socket.destroy());
    sniff(socket, (known, spoken) => {
      if (spoken === "http1") http1.emit("connection", known);
      else if (spoken === "http2") http2.emit("connection", known);
      else if (tls === undefined) known.destroy();
      else tls.emit("connection", known);
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  const port = await listen(server, options);
  return {
    port,
    stopAccepting: () => void server.close(),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      http1.close();
      await new Promise<void>((resolve) => {
        if (!server.listening) resolve();
        else server.close(() => resolve());
      });
    },
  };
};

const listen = async (
  server: Server,
  where: { readonly host: string; readonly port: number },
): Promise<number> => {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    const listening = (): void => {
      server.off("error", reject);
      resolve();
    };
    if (where.host === "") server.listen(where.port, listening);
    else server.listen(where.port, where.host, listening);
  });
  return (server.address() as AddressInfo).port;
};
