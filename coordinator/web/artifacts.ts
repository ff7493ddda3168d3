/** The circuits' files by digest: immutable, resumable (Range, If-Range), and counted. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { isUnchanged, mayContinue, parseRange } from "./range.ts";
import { textReply } from "./reply.ts";
import type { Headers, Reply } from "./reply.ts";
import type { PageRequest } from "./page.ts";

const types: Readonly<Record<string, string>> = {
  wasm: "application/wasm",
  zkey: "application/octet-stream",
  "vkey.json": "application/json",
};

export type ArtifactSource = {
  /** Path of an artifact by its SHA-256, or undefined. */
  readonly artifactPath: (sha256: string) => string | undefined;
};

/** Counts requests and bytes by kind (wasm, zkey, vkey.json), for /metrics. */
export type ArtifactCount = (kind: string, status: number, bytes: number) => void;

/** Answers /circuits/<sha256>.<kind>; undefined = not such a path. */
export const serveArtifact = async (
  source: ArtifactSource,
  request: PageRequest,
  count: ArtifactCount,
): Promise<Reply | undefined> => {
  const match = /^\/circuits\/([0-9a-f]{64})\.(wasm|zkey|vkey\.json)$/u.exec(request.path);
  if (match === null) return undefined;
  const [, digest = "", kind = ""] = match;
  const file = source.artifactPath(digest);
  const facts = file === undefined ? undefined : await stat(file).catch(() => undefined);
  const reply =
    file === undefined || facts === undefined
      ? textReply(404, `no circuit here has an artifact with SHA-256 ${digest}`)
      : answer({ path: file, size: facts.size, etag: `"${digest}"`, kind }, request);
  count(kind, reply.status, Number(reply.headers["Content-Length"] ?? 0));
  return reply;
};

type ArtifactFile = {
  readonly path: string;
  readonly size: number;
  readonly etag: string;
  readonly kind: string;
};

const answer = (file: ArtifactFile, request: PageRequest): Reply => {
  const headers: Headers = {
    "Content-Type": types[file.kind] ?? "application/octet-stream",
    "Cache-Control": "public, max-age=31536000, immutable",
    "Accept-Ranges": "bytes",
    ETag: file.etag,
  };
  if (isUnchanged(request.headers["if-none-match"], file.etag))
    return { status: 304, headers, body: "" };
  const continues = mayContinue(request.headers["if-range"], file.etag);
  const range = parseRange(continues ? request.headers.range : undefined, file.size);
  switch (range.kind) {
    case "whole":
      return {
        status: 200,
        headers: { ...headers, "Content-Length": String(file.size) },
        body: createReadStream(file.path),
      };
    case "part":
      return {
        status: 206,
        headers: {
          ...headers,
          "Content-Range": `bytes ${range.first}-${range.last}/${file.size}`,
          "Content-Length": String(range.last - range.first + 1),
        },
        body: createReadStream(file.path, { start: range.first, end: range.last }),
      };
    case "unsatisfiable":
      return textReply(416, `the file has ${file.size} bytes`, {
        "Content-Range": `bytes */${file.size}`,
      });
  }
};
