/** The benchmark's site: its page and workers, built by Vite as the product's are, and the circuits' files. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { build } from "vite";
import { projectRoot } from "../../e2e/harness/coordinator.ts";
import { kernelModules } from "../../scripts/kernel-modules.ts";
import type { ProvingCircuit } from "./circuits.ts";

const built = path.join(projectRoot, ".cache/bench-prove");

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

export type Site = { readonly url: string; readonly close: () => void };

/** Builds and serves it on a free port of this machine, isolated from other origins: measuring memory asks for it. */
export const openSite = async (circuits: readonly ProvingCircuit[]): Promise<Site> => {
  await buildPage();
  const files = new Map<string, Uint8Array>();
  for (const { id, zkey, wtns, wasm, input } of circuits) {
    files.set(`/circuits/${id}.zkey`, zkey);
    files.set(`/circuits/${id}.wtns`, wtns);
    files.set(`/circuits/${id}.wasm`, wasm);
    files.set(`/circuits/${id}.input.json`, input);
  }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const name = pathname === "/" ? "/index.html" : pathname;
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    response.setHeader("Content-Type", types[path.extname(name)] ?? "application/octet-stream");
    const bytes = files.get(name) ?? readFile(path.join(built, name));
    void Promise.resolve(bytes).then(
      (body) => response.end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}/`,
    close: () => {
      server.close();
    },
  };
};

/** Into .cache. The product's own configuration would add its service worker and its policies. */
const buildPage = async (): Promise<void> => {
  await build({
    configFile: false,
    root: path.join(import.meta.dirname, "page"),
    publicDir: false,
    logLevel: "warn",
    build: { outDir: built, emptyOutDir: true, target: "es2022", chunkSizeWarningLimit: 2000 },
    plugins: [kernelModules()],
    worker: { format: "es", plugins: () => [kernelModules()] },
  });
};
