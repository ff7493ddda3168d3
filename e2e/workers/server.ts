/** Serves the built page of this folder with the product's headers, and circuits with whatever can go wrong with them. */
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { readFileSync, existsSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "vite";
import { headersFor } from "../../coordinator/web/headers.ts";
import { kernelModules } from "../../scripts/kernel-modules.ts";
import type { Circuit } from "../../src/domain/circuit.ts";
import { encodeManifest, signEntry } from "../../src/wire/manifest.ts";

export type ServedCircuit = {
  readonly circuit: Circuit;
  readonly wasm: Uint8Array;
  readonly zkey: Uint8Array;
  readonly vkeyJson: string;
};

export type WorkerServer = {
  readonly url: string;
  /** Public key, hex. */
  readonly manifestKey: string;
  /** Paths below /circuits/ with their Range, in the order of their coming. */
  readonly requests: string[];
  /** Called before an artifact is sent: gives the bytes after which to cut the connection, or stop sending. */
  fault: ((digest: string) => Fault | undefined) | undefined;
  /** Whether pages are cross-origin isolated. */
  isolated: boolean;
  readonly close: () => Promise<void>;
};

export type Fault = { readonly afterBytes: number; readonly then: "cut" | "stall" };

const secretKey = new Uint8Array(32).fill(7);

export const startWorkerServer = async (
  circuits: readonly ServedCircuit[],
): Promise<WorkerServer> => {
  const folder = await mkdtemp(path.join(tmpdir(), "prove-at-home-workers-"));
  await buildPage(folder);
  const artifacts = new Map(circuits.flatMap(artifactsOf));
  const entries = circuits.map(({ circuit }) => signEntry(circuit, secretKey));
  const requests: string[] = [];
  const sendCircuits = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    requests.push([pathname, request.headers.range].filter((part) => part !== undefined).join(" "));
    const digest = path.basename(pathname).split(".")[0] ?? "";
    const bytes = artifacts.get(digest);
    if (pathname === "/circuits/manifest.json") response.end(encodeManifest(entries));
    else if (bytes === undefined) response.writeHead(404).end();
    else sendArtifact({ bytes, fault: self.fault?.(digest) }, request, response);
  };
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    for (const [name, value] of Object.entries(headersFor(pathname))) {
      if (self.isolated || !name.toLowerCase().startsWith("cross-origin-"))
        response.setHeader(name, value);
    }
    if (pathname.startsWith("/circuits/")) sendCircuits(request, response);
    else sendPage(folder, pathname, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const self: WorkerServer = {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    manifestKey: entries[0]?.signature?.key ?? "",
    requests,
    fault: undefined,
    isolated: true,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return self;
};

const buildPage = (outDir: string) =>
  build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: "error",
    build: { outDir, emptyOutDir: true, assetsInlineLimit: 0 },
    plugins: [kernelModules()],
    worker: {
      format: "es",
      plugins: () => [kernelModules()],
      rolldownOptions: { output: { entryFileNames: "assets/[name]-[hash].js" } },
    },
  });

const artifactsOf = (served: ServedCircuit): [string, Uint8Array][] =>
  [served.wasm, served.zkey, new TextEncoder().encode(served.vkeyJson)].map((bytes) => [
    createHash("sha256").update(bytes).digest("hex"),
    bytes,
  ]);

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

const sendPage = (folder: string, pathname: string, response: http.ServerResponse): void => {
  const file = path.join(folder, pathname === "/" ? "index.html" : path.normalize(pathname));
  if (!existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  response.setHeader("content-type", types[path.extname(file)] ?? "application/octet-stream");
  response.end(readFileSync(file));
};

type Sending = { readonly bytes: Uint8Array; readonly fault: Fault | undefined };

const sendArtifact = (
  { bytes, fault }: Sending,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): void => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const total = bytes.byteLength;
  const headers = { "content-length": total - from };
  if (from === 0) response.writeHead(200, headers);
  else
    response.writeHead(206, { ...headers, "content-range": `bytes ${from}-${total - 1}/${total}` });
  if (fault === undefined) {
    response.end(bytes.subarray(from));
    return;
  }
  response.write(bytes.subarray(from, from + fault.afterBytes), () => {
    // Later than the bytes: an immediate reset would take them with it.
    if (fault.then === "cut") setTimeout(() => request.socket.destroy(), 100);
  });
};
