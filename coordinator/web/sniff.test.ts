import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { sniff, spokenBy } from "./sniff.ts";
import type { Spoken } from "./sniff.ts";

const bytes = (text: string) => Buffer.from(text, "latin1");

describe("spokenBy", () => {
  it.each([
    ["PRI * HTTP/2.0\r\n", "http2"],
    ["POST / HTTP/1.1\r\n", "http1"],
    ["PUT / HTTP/1.1\r\n", "http1"],
    ["GET / HTTP/1.1\r\n", "http1"],
    ["\u0016\u0003\u0001", "tls"],
    ["P", undefined],
    ["PR", undefined],
    ["", undefined],
  ])("%j is %s", (text, spoken) => {
    expect(spokenBy(bytes(text))).toBe(spoken);
  });
});

describe("sniff", () => {
  const open: { readonly close: () => void }[] = [];
  afterEach(() => {
    for (const one of open.splice(0)) one.close();
  });

  const serve = async (
    deadlineMs: number,
    then: (socket: Socket, spoken: Spoken) => void,
  ): Promise<Socket> => {
    const server = createServer((socket) => sniff(socket, then, deadlineMs));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
    open.push({ close: () => (client.destroy(), server.close()) });
    await new Promise((resolve) => client.once("connect", resolve));
    return client;
  };

  it("hands on every byte, also when the first ones come one by one", async () => {
    const seen: string[] = [];
    let spoken: Spoken | undefined;
    const client = await serve(1_000, (socket, kind) => {
      spoken = kind;
      socket.on("data", (chunk) => seen.push(chunk.toString()));
    });
    client.setNoDelay(true);
    for (const letter of "PRI * HTTP/2.0") {
      client.write(letter);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await expect.poll(() => seen.join("")).toBe("PRI * HTTP/2.0");
    expect(spoken).toBe("http2");
  });

  it.each(["", "PR"])("closes a connection that says only %j at the deadline", async (text) => {
    const client = await serve(60, () => expect.unreachable("nothing was said"));
    const closed = new Promise((resolve) => client.once("close", resolve));
    client.on("error", () => undefined);
    if (text !== "") client.write(text);
    const started = performance.now();
    client.resume();
    await closed;
    expect(performance.now() - started).toBeGreaterThan(40);
  });

  it("leaves a connection alone that has spoken in time", async () => {
    const client = await serve(60, (socket) => socket.on("data", () => undefined));
    let closed = false;
    client.once("close", () => (closed = true));
    client.write("GET / HTTP/1.1\r\n");
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(closed).toBe(false);
  });
});
