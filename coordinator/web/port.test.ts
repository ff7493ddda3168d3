import { mkdtemp, rm } from "node:fs/promises";
import { request as http1Request } from "node:https";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect as connectTls } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ensureLocalCertificate } from "./local-ca.ts";
import { openPort } from "./port.ts";
import type { Certificate, OpenPort } from "./port.ts";
import { textReply, writeReply } from "./reply.ts";

const patience = { headersMs: 300, requestMs: 700, lookMs: 50 };
/** Above every limit of time, and the slowness of a busy machine. */
const SOON_MS = 4_000;

let folder = "";
let certificate: Certificate;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "prove-at-home-port-"));
  certificate = await ensureLocalCertificate(folder, ["localhost", "127.0.0.1"], new Date());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let port: OpenPort;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await port.close();
});

/** Connections that a peer may hold, and holds. */
let places = 10;
let held = 0;

const serve = async (overTls: boolean): Promise<void> => {
  port = await openPort({
    host: "127.0.0.1",
    port: 0,
    certificate: overTls ? certificate : undefined,
    handler: (request, response) =>
      void request
        .on("end", () => void writeReply(request, response, textReply(200, request.httpVersion)))
        .resume(),
    places: {
      take: () => {
        if (held >= places) return undefined;
        held += 1;
        return () => void (held -= 1);
      },
    },
    patience,
  });
};

const dial = async (protocol: "clear" | "http/1.1" | "h2"): Promise<Socket> => {
  const where = { port: port.port, host: "127.0.0.1" };
  const options = { ...where, rejectUnauthorized: false, ALPNProtocols: [protocol] };
  const socket = protocol === "clear" ? connect(where) : connectTls(options);
  sockets.push(socket);
  socket.on("error", () => undefined);
  await new Promise((resolve) =>
    socket.once(protocol === "clear" ? "connect" : "secureConnect", resolve),
  );
  return socket;
};

const closed = (socket: Socket): Promise<boolean> =>
  new Promise((resolve) => {
    const late = setTimeout(() => resolve(false), SOON_MS);
    socket.resume().once("close", () => {
      clearTimeout(late);
      resolve(true);
    });
  });

const halfHeaders = "GET / HTTP/1.1\r\nHost: x\r\n";
const noBody = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n";

describe("a peer that holds a connection without speaking", () => {
  it.each([
    ["half of a request's headers", "clear", halfHeaders],
    ["a request without its body", "clear", noBody],
    ["half of a request's headers", "http/1.1", halfHeaders],
    ["a request without its body", "http/1.1", noBody],
    ["nothing", "http/1.1", ""],
    ["nothing", "h2", ""],
    ["two letters of a preface", "h2", "PR"],
  ] as const)("is cut off: %s, %s", async (_what, protocol, said) => {
    await serve(protocol !== "clear");
    const socket = await dial(protocol);
    if (said !== "") socket.write(said);
    expect(await closed(socket)).toBe(true);
  });

  it("is cut off in the midst of a handshake, also when it sends byte by byte", async () => {
    await serve(true);
    const socket = await dial("clear");
    // A handshake record of 512 bytes, which never all come.
    socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1]));
    const drip = setInterval(() => socket.write(Buffer.from([0])), 50);
    const cut = await closed(socket);
    clearInterval(drip);
    expect(cut).toBe(true);
  });
});

describe("a peer with too many connections", () => {
  afterEach(() => {
    places = 10;
  });

  it("gets the next one closed at once, and may come again when one has ended", async () => {
    places = 1;
    await serve(false);
    const first = await dial("clear");
    await expect.poll(() => held).toBe(1);
    const second = await dial("clear");
    expect(await closed(second)).toBe(true);
    expect(first.destroyed).toBe(false);
    first.destroy();
    await expect.poll(() => held).toBe(0);
    await dial("clear");
    await expect.poll(() => held).toBe(1);
  });
});

describe("a peer that speaks", () => {
  const overHttp1 = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const options = { port: port.port, host: "127.0.0.1", rejectUnauthorized: false };
      http1Request({ ...options, method: "POST", agent: false }, (response) => {
        response.setEncoding("utf8").on("data", resolve);
      })
        .on("error", reject)
        .end("x".repeat(100_000));
    });

  const overHttp2 = (scheme: "http" | "https"): Promise<string> =>
    new Promise((resolve, reject) => {
      const session = connectHttp2(`${scheme}://127.0.0.1:${port.port}`, {
        rejectUnauthorized: false,
      });
      session.on("error", reject);
      const stream = session.request({ ":path": "/", ":method": "POST" });
      stream.setEncoding("utf8").on("data", (text: string) => {
        session.close();
        resolve(text);
      });
      stream.end("x".repeat(100_000));
    });

  it("is served over TLS in both versions", async () => {
    await serve(true);
    expect(await overHttp1()).toBe("1.1\n");
    expect(await overHttp2("https")).toBe("2.0\n");
  });

  it("is served in clear text, and keeps a session beyond the limits for requests", async () => {
    await serve(false);
    expect(await overHttp2("http")).toBe("2.0\n");
    const session = connectHttp2(`http://127.0.0.1:${port.port}`);
    await new Promise((resolve) => setTimeout(resolve, 2 * patience.requestMs));
    expect(session.destroyed).toBe(false);
    session.destroy();
  });
});
