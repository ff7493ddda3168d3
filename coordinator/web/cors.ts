/**
 * Pages hosted elsewhere may call the RPCs and fetch circuits, if their exact origin is on the list. Beacons are sent
 * with credentials, so the origin is named and never `*`; no cookie means anything here.
 */
import { cors } from "@connectrpc/connect";
import type { Headers } from "./reply.ts";

const MAX_AGE_S = 7_200;

const allowedMethods = [...new Set([...cors.allowedMethods, "HEAD"])].join(", ");
const allowedHeaders = [...cors.allowedHeaders, "Authorization", "Range", "If-Range"].join(", ");
const exposedHeaders = [...cors.exposedHeaders, "Content-Range", "ETag"].join(", ");

/** Headers for an answer to `origin`; none when there is no origin or it is not on the list. */
export const corsHeaders = (origin: string | undefined, allowed: readonly string[]): Headers => {
  if (origin === undefined || !allowed.includes(origin)) return {};
  return {
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": exposedHeaders,
    // What a page elsewhere may fetch, it may also embed: its own isolation asks for this.
    "Cross-Origin-Resource-Policy": "cross-origin",
    Vary: "Origin",
  };
};

/** Headers that answer a preflight. */
export const preflightHeaders = (
  origin: string | undefined,
  allowed: readonly string[],
): Headers => {
  const headers = corsHeaders(origin, allowed);
  if (Object.keys(headers).length === 0) return {};
  return {
    ...headers,
    "Access-Control-Allow-Methods": allowedMethods,
    "Access-Control-Allow-Headers": allowedHeaders,
    "Access-Control-Max-Age": String(MAX_AGE_S),
  };
};
