/** Files on a port of this machine, with the product's headers: pages of tests and benchmarks that need no coordinator. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { headersFor } from "../../coordinator/web/headers.ts";

export type StaticSite = { readonly url: string; readonly close: () => void };

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/**
 * @param folder a built page: what has no other file is read from there.
 * @param files by the path of their URL, e.g. "/circuits/a.zkey".
 */
export const serveStatic = async (
  folder: string,
  files: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<StaticSite> => {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const name = pathname === "/" ? "/index.html" : path.posix.normalize(pathname);
    for (const [header, value] of Object.entries(headersFor(pathname))) {
      response.setHeader(header, value);
    }
    response.setHeader("Content-Type", types[path.extname(name)] ?? "application/octet-stream");
    const bytes = files.get(pathname) ?? readFile(path.join(folder, name));
    void Promise.resolve(bytes).then(
      (body) => response.end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
