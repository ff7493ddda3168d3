/**
 * The one public port: the page, gRPC-Web, Connect and native gRPC, in clear text or over TLS. In: connections. Out:
 * requests to one handler. Promises: nobody holds a socket without speaking, and closing ends every connection.
 */
import { createServer as createHttp1Server } from "node:http";
import type { Server as Http1Server } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import type { Http2Server, ServerHttp2Session } from "node:http2";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Server as TlsServer, TLSSocket } from "node:tls";
import type { Places } from "../access/places.ts";
import type { WebHandler } from "./reply.ts";
import { sniff, SNIFF_DEADLINE_MS } from "./sniff.ts";

export type Certificate = { readonly key: string; readonly cert: string };

export type PortOptions = {
  /** "" = all interfaces. */
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly certificate: Certificate | undefined;
  readonly handler: WebHandler;
  /** How many connections one peer may hold. */
  readonly places: Places;
  /** How long a peer may take. */
  readonly patience?: Patience;
};

/** All in ms. */
export type Patience = {
  /** For the first bytes, for the TLS handshake, and for a request's headers. */
  readonly headersMs: number;
  /** For a whole request: large jobs over slow lines fit, slow-loris bodies do not live for ever. */
  readonly requestMs: number;
  /** How often Node.js looks for connections that are over their time. */
  readonly lookMs: number;
};

export type OpenPort = {
  readonly port: number;
  /** Refuses new connections; those that are open go on. */
  readonly stopAccepting: () => void;
  /** Ends what is still open and resolves when the port is free. */
  readonly close: () => Promise<void>;
};

const defaultPatience: Patience = {
  headersMs: SNIFF_DEADLINE_MS,
  requestMs: 60_000,
  lookMs: 2_000,
};
/** Keeps proxies from closing idle connections, and finds dead peers. */
const HTTP2_PING_MS = 20_000;
const HTTP2_PONG_MS = 10_000;
/** Calls at once on one HTTP/2 connection: many pages of one browser, or one native client's burst. */
const HTTP2_CONCURRENT_STREAMS = 128;
/** Above the 10,000 streams that one process is meant to hold. */
const MAX_CONNECTIONS = 20_000;

const openHttp1 = (handler: WebHandler, patience: Patience): Http1Server => {
  const server = createHttp1Server(
    {
      headersTimeout: patience.headersMs,
      requestTimeout: patience.requestMs,
      connectionsCheckingInterval: patience.lookMs,
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

/** Ends TLS alone: what comes out of it is served like clear text, with the same limits of time. */
const openTls = (
  certificate: Certificate,
  patience: Patience,
  opened: (socket: TLSSocket) => void,
): TlsServer => {
  const server = createTlsServer(
    {
      ...certificate,
      minVersion: "TLSv1.2",
      ALPNProtocols: ["h2", "http/1.1"],
      handshakeTimeout: patience.headersMs,
    },
    opened,
  );
  // Scanners and browsers that do not trust the certificate yet: not worth a log line each.
  server.on("tlsClientError", (_error: Error, socket: TLSSocket) => socket.destroy());
  return server;
};

/** HTTP of both versions over sockets that somebody else has opened. */
const openHttp = (handler: WebHandler, patience: Patience) => {
  const http1 = openHttp1(handler, patience);
  const http2 = openHttp2(handler);
  return {
    serve: (socket: Socket, spoken: "http1" | "http2"): void =>
      void (spoken === "http1" ? http1 : http2).emit("connection", socket),
    // Its clock for slow requests runs until then.
    close: (): void => void http1.close(),
  };
};

/** With a certificate, clear text is answered with the way to the same place over TLS. */
const toTls: WebHandler = (request, response) => {
  const host = request.headers.host ?? "localhost";
  response.statusCode = 308;
  response.setHeader("Location", `https://${host}${request.url ?? "/"}`);
  const plain: NodeJS.WritableStream = response;
  plain.end();
};

/** What becomes of a new connection, whatever it speaks. */
const openReception = (options: PortOptions) => {
  const { certificate, handler, patience = defaultPatience } = options;
  const clear = openHttp(certificate === undefined ? handler : toTls, patience);
  const secure = openHttp(handler, patience);
  const opened = (socket: TLSSocket): void => {
    socket.on("error", () => socket.destroy());
    sniff(
      socket,
      (known, spoken) => {
        if (spoken === "tls") known.destroy();
        else secure.serve(known, spoken);
      },
      patience.headersMs,
    );
  };
  const tls = certificate === undefined ? undefined : openTls(certificate, patience, opened);
  return {
    receive: (socket: Socket): void =>
      sniff(
        socket,
        (known, spoken) => {
          if (spoken !== "tls") clear.serve(known, spoken);
          else if (tls === undefined) known.destroy();
          else tls.emit("connection", known);
        },
        patience.headersMs,
      ),
    close: (): void => {
      clear.close();
      secure.close();
    },
  };
};

/** Listens; rejects when the port is taken or may not be used. */
export const openPort = async (options: PortOptions): Promise<OpenPort> => {
  const reception = openReception(options);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    const leave = options.places.take(socket.remoteAddress ?? "");
    if (leave === undefined) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on("close", () => {
      sockets.delete(socket);
      leave();
    });
    // A reset by the peer is ordinary; without a listener it would end the process.
    socket.on("error", () => socket.destroy());
    reception.receive(socket);
  });
  server.maxConnections = MAX_CONNECTIONS;
  const port = await listen(server, options);
  return {
    port,
    stopAccepting: () => void server.close(),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      reception.close();
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
