/** One answer of the plain HTTP side as a value, and the one place that writes it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

export type WebRequest = IncomingMessage | Http2ServerRequest;
export type WebResponse = ServerResponse | Http2ServerResponse;
export type WebHandler = (request: WebRequest, response: WebResponse) => void;

export type Headers = Readonly<Record<string, string>>;

export type Reply = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string | Uint8Array | Readable;
};

/** A short plain text; for everything that is not worth a page. */
export const textReply = (status: number, text: string, headers: Headers = {}): Reply => ({
  status,
  headers: { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store", ...headers },
  body: `${text}\n`,
});

export const jsonReply = (status: number, value: unknown, headers: Headers = {}): Reply => ({
  status,
  headers: { "Content-Type": "application/json", "Cache-Control": "no-cache", ...headers },
  body: JSON.stringify(value),
});

/** Writes a reply; HEAD gets the headers alone. Resolves when it is out or the client has gone. */
export const writeReply = async (
  request: WebRequest,
  response: WebResponse,
  reply: Reply,
): Promise<void> => {
  response.statusCode = reply.status;
  for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value);
  const { body } = reply;
  if (!(body instanceof Readable)) {
    const bytes = typeof body === "string" ? Buffer.from(body) : body;
    if (reply.status !== 304) response.setHeader("Content-Length", String(bytes.byteLength));
    endWith(response, request.method === "HEAD" || reply.status === 304 ? undefined : bytes);
    return;
  }
  if (request.method === "HEAD") {
    body.destroy();
    endWith(response, undefined);
    return;
  }
  try {
    await pipeline(body, response as NodeJS.WritableStream);
  } catch {
    // The client went away in the middle of a download; it asks for the rest by Range.
    response.destroy();
  }
};

// The two response classes agree on `end`, but not in a form that a union can call.
const endWith = (response: WebResponse, bytes: Uint8Array | undefined): void => {
  const plain: NodeJS.WritableStream = response;
  if (bytes === undefined) plain.end();
  else plain.end(bytes);
};
