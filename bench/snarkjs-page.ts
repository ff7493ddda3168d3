/**
 * The competitor: a page that calls snarkjs's `groth16.fullProve` the way nearly every site does, in its default
 * multi-thread mode, from the page's main thread. Served with COOP and COEP like our own page.
 */
import { createServer, type Server } from "node:http";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { AddressInfo } from "node:net";
import type { BrowserContext, Page } from "playwright/test";
import { projectRoot } from "../e2e/harness/coordinator.ts";
import type { BenchCircuit } from "./circuits.ts";

export type SnarkjsPage = {
  /** Proves `count` times in a row and returns the milliseconds of all of them together. */
  readonly prove: (circuit: BenchCircuit, count: number) => Promise<number>;
  readonly close: () => Promise<void>;
};

/** Its script stands in the page: a function handed to `evaluate` would carry the compiler's helpers along. */
const html = `<!doctype html><title>snarkjs</title><script src="/snarkjs.js"></script>
<script>
  const load = async (file) =>
    new Uint8Array(await (await fetch("/" + file, { cache: "force-cache" })).arrayBuffer());
  globalThis.proveTimes = async ({ id, input, count }) => {
    const wasm = await load(id + ".wasm");
    const zkey = await load(id + ".zkey");
    const begun = performance.now();
    for (let time = 0; time < count; time += 1) {
      await snarkjs.groth16.fullProve(JSON.parse(input), wasm, zkey);
    }
    return performance.now() - begun;
  };
</script>`;

/** Opens the page in `context`; wasm and zkey are loaded into memory once, before anything is timed. */
export const openSnarkjsPage = async (
  context: BrowserContext,
  circuits: readonly BenchCircuit[],
): Promise<SnarkjsPage> => {
  const server = await serve(circuits);
  const page = await context.newPage();
  await page.goto(`http://localhost:${String((server.address() as AddressInfo).port)}/`);
  return {
    prove: (circuit, count) => proveInPage(page, circuit, count),
    close: async () => {
      await page.close();
      server.close();
    },
  };
};

const proveInPage = async (page: Page, circuit: BenchCircuit, count: number): Promise<number> => {
  const run = JSON.stringify({ id: circuit.id, input: circuit.signals, count });
  return page.evaluate<number>(`proveTimes(${run})`);
};

const serve = async (circuits: readonly BenchCircuit[]): Promise<Server> => {
  const files = new Map<string, { readonly file: string; readonly type: string }>();
  const script = path.join(projectRoot, "node_modules/snarkjs/build/snarkjs.min.js");
  files.set("/snarkjs.js", { file: script, type: "text/javascript" });
  for (const { id, wasm, zkey } of circuits) {
    files.set(`/${id}.wasm`, { file: wasm, type: "application/wasm" });
    files.set(`/${id}.zkey`, { file: zkey, type: "application/octet-stream" });
  }
  const server = createServer((request, response) => {
    const found = files.get(request.url ?? "");
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    response.setHeader("Content-Type", found?.type ?? "text/html");
    if (found === undefined) {
      response.end(html);
      return;
    }
    void readFile(found.file).then((bytes) => response.end(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return server;
};
