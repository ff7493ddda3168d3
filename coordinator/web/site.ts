/**
 * Everything on the public port: a request goes to the RPCs, to a fixed route, to a circuit's file or to the page.
 * In: HTTP requests of either version. Out: answers with the security headers of headers.ts.
 */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../log.ts";
import { serveArtifact } from "./artifacts.ts";
import type { ArtifactCount, ArtifactSource } from "./artifacts.ts";
import { corsHeaders, preflightHeaders } from "./cors.ts";
import { headersFor, strictTransportSecurity } from "./headers.ts";
import type { PageRequest } from "./page.ts";
import { isUnchanged } from "./range.ts";
import { jsonReply, textReply, writeReply } from "./reply.ts";
import type { Reply, WebHandler, WebRequest, WebResponse } from "./reply.ts";

export type Site = {
  readonly rpc: WebHandler;
  readonly page: (request: PageRequest) => Promise<Reply | undefined>;
  readonly artifacts: ArtifactSource;
  readonly countArtifact: ArtifactCount;
  /** The signed manifest, JSON text. */
  readonly manifest: () => string;
  readonly pageConfig: () => unknown;
  readonly versionInfo: () => unknown;
  /** Why the coordinator should get no traffic now; undefined = it should. */
  readonly unready: () => Promise<string | undefined>;
  readonly allowedOrigins: readonly string[];
  /** Where the page may find a coordinator besides this one. */
  readonly coordinatorOrigins: readonly string[];
  readonly overTls: boolean;
  readonly log: Log;
};

type Route = (site: Site, request: PageRequest) => Reply | Promise<Reply>;

const routes: Readonly<Record<string, Route>> = {
  "/healthz": () => textReply(200, "ok"),
  "/readyz": async (site) => {
    const why = await site.unready();
    return why === undefined ? textReply(200, "ready") : textReply(503, why);
  },
  "/version.json": (site) => jsonReply(200, site.versionInfo()),
  "/config.json": (site) => jsonReply(200, site.pageConfig()),
  "/circuits/manifest.json": (site, request) => manifestReply(site.manifest(), request),
};

const manifestReply = (manifest: string, request: PageRequest): Reply => {
  const digest = createHash("sha256").update(manifest).digest("hex").slice(0, 32);
  const headers = {
    "Content-Type": "application/json",
    "Cache-Control": "no-cache",
    ETag: `"${digest}"`,
  };
  return isUnchanged(request.headers["if-none-match"], headers.ETag)
    ? { status: 304, headers, body: "" }
    : { status: 200, headers, body: manifest };
};

const isRpc = (path: string): boolean =>
  path.startsWith("/coordinator.CoordinatorService/") || path.startsWith("/proving.v1.");

/** One value per header, as node joins them for everything that we read. */
const firstValues = (request: WebRequest): PageRequest["headers"] =>
  Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value[0] : value,
    ]),
  );

const answer = async (site: Site, method: string, request: PageRequest): Promise<Reply> => {
  if (method !== "GET" && method !== "HEAD") {
    return textReply(405, `${method} is not allowed here; use GET`, { Allow: "GET, HEAD" });
  }
  const fixed = Object.hasOwn(routes, request.path) ? routes[request.path] : undefined;
  if (fixed !== undefined) return fixed(site, request);
  const artifact = await serveArtifact(site.artifacts, request, site.countArtifact);
  return (
    artifact ??
    (await site.page(request)) ??
    textReply(404, `there is nothing at ${request.path}; the page is at /`)
  );
};

const pathOf = (url: string | undefined): string => (url ?? "/").split(/[?#]/u, 1)[0] ?? "/";

export type OpenSite = {
  readonly handler: WebHandler;
  /** Resolves when no request is under way, or after `limitMs`. */
  readonly idle: (limitMs: number) => Promise<void>;
};

/** Counts the requests that are under way, so that a stop can wait for their answers. */
const counted = (handler: WebHandler): OpenSite => {
  const open = new Set<WebResponse>();
  return {
    handler: (request, response) => {
      open.add(response);
      response.on("close", () => open.delete(response));
      handler(request, response);
    },
    idle: async (limitMs) => {
      const deadline = performance.now() + limitMs;
      while (open.size > 0 && performance.now() < deadline) await sleep(IDLE_LOOK_MS);
    },
  };
};

const IDLE_LOOK_MS = 10;

/** What answers on the public port. */
export const openSite = (site: Site): OpenSite => {
  const secure = site.overTls ? strictTransportSecurity : {};

  const serve = async (request: WebRequest, response: WebResponse): Promise<void> => {
    const path = pathOf(request.url);
    const headers = firstValues(request);
    const origin = headers.origin;
    const always = { ...headersFor(path, site.coordinatorOrigins), ...secure };
    if (request.method === "OPTIONS") {
      const allow = preflightHeaders(origin, site.allowedOrigins);
      await writeReply(request, response, {
        status: 204,
        headers: { ...always, ...allow },
        body: "",
      });
      return;
    }
    const shared = { ...always, ...corsHeaders(origin, site.allowedOrigins) };
    if (isRpc(path)) {
      for (const [name, value] of Object.entries(shared)) response.setHeader(name, value);
      site.rpc(request, response);
      return;
    }
    const reply = await answer(site, request.method ?? "GET", { path, headers });
    await writeReply(request, response, { ...reply, headers: { ...shared, ...reply.headers } });
  };

  return counted((request, response) => {
    serve(request, response).catch((error: unknown) => {
      site.log.error("A request could not be answered", { path: pathOf(request.url), error });
      response.statusCode = 500;
      const plain: NodeJS.WritableStream = response;
      plain.end();
    });
  });
};
