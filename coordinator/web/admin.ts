/** The administrative port, loopback unless configured: metrics, health, and what the operator wants of workers. */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Log } from "../log.ts";
import { PROMETHEUS_TYPE } from "./prometheus.ts";
import { textReply, writeReply } from "./reply.ts";
import type { Reply } from "./reply.ts";

export type AdminParts = {
  readonly host: string;
  readonly port: number;
  readonly metrics: () => Promise<string>;
  readonly unready: () => Promise<string | undefined>;
  /** Whether this is an administrator's key. */
  readonly isAdmin: (key: string) => Promise<boolean>;
  /** False = no such worker here. */
  readonly want: (workerId: string, state: string) => "done" | "no-such-worker" | "no-such-state";
  readonly log: Log;
};

export type AdminPort = { readonly port: number; readonly close: () => Promise<void> };

const WANT_PATH = /^\/workers\/([A-Za-z0-9._:-]{1,128})\/(\w+)$/u;

const wantReply = async (
  parts: AdminParts,
  request: IncomingMessage,
  url: string,
): Promise<Reply> => {
  const match = WANT_PATH.exec(url);
  if (match === null)
    return textReply(404, "post to /workers/<worker id>/active, paused or draining");
  const key = /^bearer +(\S+)$/iu.exec(request.headers.authorization ?? "")?.[1] ?? "";
  if (!(await parts.isAdmin(key))) {
    return textReply(401, "send the administrator's key as authorization: Bearer", {
      "WWW-Authenticate": "Bearer",
    });
  }
  const [, worker = "", state = ""] = match;
  switch (parts.want(worker, state)) {
    case "done":
      return textReply(200, `${worker} was told: ${state}`);
    case "no-such-worker":
      return textReply(404, `no worker "${worker}" is connected here`);
    case "no-such-state":
      return textReply(400, `"${state}" was found; it must be active, paused or draining`);
  }
};

const answer = async (parts: AdminParts, request: IncomingMessage): Promise<Reply> => {
  const url = (request.url ?? "/").split("?", 1)[0] ?? "/";
  if (request.method === "POST") return wantReply(parts, request, url);
  if (request.method !== "GET" && request.method !== "HEAD") {
    return textReply(405, "use GET or POST", { Allow: "GET, HEAD, POST" });
  }
  if (url === "/metrics") {
    const headers = { "Content-Type": PROMETHEUS_TYPE, "Cache-Control": "no-store" };
    return { status: 200, headers, body: await parts.metrics() };
  }
  if (url === "/healthz") return textReply(200, "ok");
  if (url !== "/readyz") return textReply(404, "there are /metrics, /healthz and /readyz");
  const why = await parts.unready();
  return why === undefined ? textReply(200, "ready") : textReply(503, why);
};

/** Listens; rejects when the port is taken. */
export const openAdminPort = async (parts: AdminParts): Promise<AdminPort> => {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    request.resume();
    await writeReply(request, response, await answer(parts, request));
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      parts.log.error("An administrative request failed", { path: request.url, error });
      response.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(parts.port, parts.host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
};
