/**
 * The built page from dist/. Assets with hashed names never change and say so; the shell is asked for again each time.
 * Small files, read once and kept with their compressed form.
 */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { isUnchanged } from "./range.ts";
import { textReply } from "./reply.ts";
import type { Headers, Reply } from "./reply.ts";

/** Paths that are answered with the page's shell. The page routes by fragment, so there is one. */
const pageRoutes: ReadonlySet<string> = new Set(["/"]);

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".txt": "text/plain; charset=utf-8",
};
const compressible = new Set([
  ...[".html", ".js", ".css", ".json", ".webmanifest", ".svg", ".txt"],
  // Kernels are code, half of it the names of functions and locals: a fifth is left of them.
  ".wasm",
]);

const IMMUTABLE = "public, max-age=31536000, immutable";
/** Below this a compressed form is not worth its header. */
const COMPRESS_FROM_BYTES = 1_024;
const BROTLI_QUALITY = 9;

type Encoding = "br" | "gzip" | "identity";

type KeptFile = {
  readonly modifiedMs: number;
  readonly etag: string;
  readonly type: string;
  readonly forms: Readonly<Partial<Record<Encoding, Uint8Array>>> & {
    readonly identity: Uint8Array;
  };
};

const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Prove@Home</title>
<h1>The page has not been built</h1>
<p>Run <code>npm run build</code> in the project's folder, then reload. The coordinator's services work meanwhile.</p>
</html>
`;

/** What the page's side of a request needs. */
export type PageRequest = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
};

/** Serves the folder `dist`; undefined = there is no such file and no such route. */
export const openPage = (dist: string): ((request: PageRequest) => Promise<Reply | undefined>) => {
  const kept = new Map<string, KeptFile>();

  const load = async (file: string): Promise<KeptFile | undefined> => {
    const facts = await stat(file).catch(() => undefined);
    if (facts?.isFile() !== true) return undefined;
    const known = kept.get(file);
    if (known?.modifiedMs === facts.mtimeMs) return known;
    const fresh = await keep(file, facts.mtimeMs);
    kept.set(file, fresh);
    return fresh;
  };

  return async (request) => {
    const name = fileOf(request.path);
    if (name === undefined) return undefined;
    const file = path.join(dist, name);
    if (!file.startsWith(path.resolve(dist) + path.sep)) return undefined;
    const found = await load(file);
    if (found !== undefined) return fileReply(found, name, request.headers);
    return name === "index.html" ? shellMissing() : undefined;
  };
};

/** Name under dist/ of a URL path; undefined = nothing that could be there. */
const fileOf = (urlPath: string): string | undefined => {
  if (pageRoutes.has(urlPath)) return "index.html";
  try {
    const name = decodeURIComponent(urlPath).slice(1);
    return name.includes("\0") || name.split(/[/\\]/u).includes("..") ? undefined : name;
  } catch {
    // A path that is not valid percent-encoding names no file.
    return undefined;
  }
};

const shellMissing = (): Reply => ({
  ...textReply(503, notBuilt.trimEnd()),
  headers: { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" },
});

const keep = async (file: string, modifiedMs: number): Promise<KeptFile> => {
  const bytes = await readFile(file);
  const extension = path.extname(file);
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
  const worthIt = compressible.has(extension) && bytes.length >= COMPRESS_FROM_BYTES;
  return {
    modifiedMs,
    etag: `"${digest}"`,
    type: types[extension] ?? "application/octet-stream",
    forms: worthIt ? { identity: bytes, ...(await compress(bytes)) } : { identity: bytes },
  };
};

const compress = async (bytes: Buffer): Promise<{ readonly br: Buffer; readonly gzip: Buffer }> => {
  const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(bytes, { params }),
    promisify(gzip)(bytes),
  ]);
  return { br, gzip: gz };
};

/** The best form that the client takes. A refusal by `;q=0` is honoured. */
export const chooseEncoding = (accepted: string | undefined): readonly Encoding[] => {
  const offered = new Map(
    (accepted ?? "").split(",").map((item) => {
      const [name = "", quality = ""] = item.trim().split(/\s*;\s*/u);
      return [name.toLowerCase(), !/^q=0(\.0*)?$/u.test(quality)] as const;
    }),
  );
  const order: readonly Encoding[] = ["br", "gzip"];
  return [...order.filter((name) => offered.get(name) === true), "identity"];
};

/** Vite puts a content hash in the name of everything under assets/. */
const cacheControl = (name: string): string =>
  name.startsWith("assets/") ? IMMUTABLE : "no-cache";

const fileReply = (
  file: KeptFile,
  name: string,
  asked: Readonly<Record<string, string | undefined>>,
): Reply => {
  const headers: Headers = {
    "Content-Type": file.type,
    "Cache-Control": cacheControl(name),
    ETag: file.etag,
    Vary: "Accept-Encoding",
  };
  if (isUnchanged(asked["if-none-match"], file.etag)) return { status: 304, headers, body: "" };
  const encoding = chooseEncoding(asked["accept-encoding"]).find(
    (form) => file.forms[form] !== undefined,
  );
  const body = file.forms[encoding ?? "identity"] ?? file.forms.identity;
  const encoded: Headers =
    encoding === undefined || encoding === "identity" ? {} : { "Content-Encoding": encoding };
  return { status: 200, headers: { ...headers, ...encoded }, body };
};
