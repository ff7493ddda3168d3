/** The artifact worker and the provers alone, in a real browser, under the product's headers. */
import { expect, test, type Browser, type BrowserContext, type Page } from "playwright/test";
import { chromium } from "playwright/test";
import { resolveChromium } from "../scripts/chromium.ts";
import {
  hasExtraCircuits,
  readBuiltInCircuit,
  readExtraCircuit,
  type TestCircuit,
} from "../src/testing/circuits.ts";
import type { LoadReport, ProofReport, Workers } from "./workers/page.ts";
import { startWorkerServer, type WorkerServer } from "./workers/server.ts";

const builtIn = ["addition", "addition_bls12381", "range_proof", "merkle_proof"];
const extra = hasExtraCircuits ? ["semaphore20", "c14", "b14"] : [];

let browser: Browser;
let server: WorkerServer;
let circuits: readonly TestCircuit[];
/** The one with the largest key of those that are always there. */
let merkle: TestCircuit;

test.beforeAll(async () => {
  const { executablePath, args } = await resolveChromium();
  browser = await chromium.launch({ executablePath, args: [...args] });
  circuits = [...builtIn.map(readBuiltInCircuit), ...extra.map(readExtraCircuit)].map(served);
  merkle = served(readBuiltInCircuit("merkle_proof"));
  server = await startWorkerServer(
    circuits.map(({ files, wasmBytes, zkeyBytes }) => ({
      circuit: files.circuit,
      vkeyJson: files.vkeyJson,
      wasm: wasmBytes,
      zkey: zkeyBytes,
    })),
  );
});

test.afterAll(async () => {
  await browser.close();
  await server.close();
});

test.beforeEach(() => {
  server.requests.length = 0;
  server.fault = undefined;
});

/** The circuit with the URLs under which the server has it. */
const served = (read: TestCircuit): TestCircuit => {
  const { circuit } = read.files;
  const at = (artifact: typeof circuit.wasm, extension: string) => ({
    ...artifact,
    url: `${artifact.sha256}.${extension}`,
  });
  const moved = {
    ...circuit,
    wasm: at(circuit.wasm, "wasm"),
    zkey: at(circuit.zkey, "zkey"),
    vkey: at(circuit.vkey, "vkey.json"),
  };
  return { ...read, files: { ...read.files, circuit: moved } };
};

const call = <Name extends keyof Workers>(
  page: Page,
  name: Name,
  ...parameters: Parameters<Workers[Name]>
): Promise<Awaited<ReturnType<Workers[Name]>>> =>
  page.evaluate(
    ([method, given]) => {
      const workers = Reflect.get(globalThis, "workers") as Record<
        string,
        (...all: unknown[]) => unknown
      >;
      return workers[method]?.(...given);
    },
    [name, parameters] as [string, unknown[]],
  ) as Promise<Awaited<ReturnType<Workers[Name]>>>;

const openPage = async (context: BrowserContext): Promise<Page> => {
  const page = await context.newPage();
  await page.goto(server.url);
  await page.waitForFunction(() => "workers" in globalThis);
  await call(page, "openArtifacts", [server.manifestKey]);
  return page;
};

const load = ({ files }: TestCircuit, page: Page): Promise<LoadReport> =>
  call(page, "load", {
    circuitId: files.circuit.id,
    zkeyDigest: files.circuit.zkey.sha256,
    manifestUrl: "/circuits/manifest.json",
  });

const prove = (circuit: TestCircuit, page: Page, prover = 0): Promise<ProofReport> =>
  call(page, "prove", prover, circuit.files.circuit.id, new TextDecoder().decode(circuit.input));

const artifactRequests = (): readonly string[] =>
  server.requests.filter((request) => !request.endsWith("manifest.json"));

test("proves each circuit, on both curves, from shared memory, without network and without workers of its own", async () => {
  // Some proofs take seconds on an idle machine and ten times that on a busy one.
  test.slow();
  const context = await browser.newContext();
  const page = await openPage(context);
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  expect(await call(page, "openProver")).toBe("snarkjs 0.7.6");
  for (const circuit of circuits) {
    expect(await load(circuit, page)).toMatchObject({ trust: "signed", zkeyKind: "shared" });
    const before = server.requests.length;
    const { outcome, progress } = await prove(circuit, page);
    expect(outcome).toMatchObject({ ok: true, proof: { publicSignals: circuit.publicSignals } });
    expect(server.requests).toHaveLength(before);
    const shares = progress.map(({ share }) => share);
    expect(shares).toHaveLength(16);
    expect(shares).toEqual([...shares].sort((one, other) => one - other));
  }
  expect(page.workers()).toHaveLength(2);
  expect(page.workers().filter((worker) => worker.url().startsWith("blob:"))).toEqual([]);
  expect(problems).toEqual([]);
  await context.close();
});

test("a prover cannot reach the network", async () => {
  const context = await browser.newContext();
  const page = await openPage(context);
  await call(page, "openProver");
  const prover = page.workers().find((worker) => worker.url().includes("prover.worker"));
  const reached = await prover?.evaluate(() =>
    fetch("/circuits/manifest.json").then(
      () => "reached",
      () => "refused",
    ),
  );
  expect(reached).toBe("refused");
  expect(server.requests).toEqual([]);
  await context.close();
});

test("a second visit fetches nothing", async () => {
  const context = await browser.newContext();
  const first = await openPage(context);
  await load(merkle, first);
  expect(artifactRequests()).toHaveLength(3);
  await first.close();
  server.requests.length = 0;

  const second = await openPage(context);
  expect(await load(merkle, second)).toMatchObject({ outcome: { ok: true } });
  expect(server.requests).toEqual([]);
  await context.close();
});

test("calls for the same circuit share one download", async () => {
  const context = await browser.newContext();
  const page = await openPage(context);
  await Promise.all([load(merkle, page), load(merkle, page), load(merkle, page)]);
  expect(artifactRequests()).toHaveLength(3);
  await context.close();
});

test("a cut download goes on where it was cut", async () => {
  const context = await browser.newContext();
  const page = await openPage(context);
  let cuts = 0;
  server.fault = (digest) =>
    digest === merkle.files.circuit.zkey.sha256 && (cuts += 1) <= 2
      ? { afterBytes: 1_000_000, then: "cut" }
      : undefined;
  expect(await load(merkle, page)).toMatchObject({ outcome: { ok: true } });
  const offsets = artifactRequests()
    .filter((request) => request.includes(merkle.files.circuit.zkey.sha256))
    .map((request) => Number(/bytes=(\d+)-/.exec(request)?.[1] ?? 0));
  expect(offsets).toEqual([0, 1_000_000, 2_000_000]);
  await context.close();
});

test("a download that a reload interrupts goes on after it", async () => {
  const context = await browser.newContext();
  const page = await openPage(context);
  server.fault = (digest) =>
    digest === merkle.files.circuit.zkey.sha256
      ? { afterBytes: 1_500_000, then: "stall" }
      : undefined;
  void load(merkle, page).catch(() => undefined);
  const stored = (): Promise<number> => call(page, "storedBytes", merkle.files.circuit.zkey.sha256);
  await expect.poll(stored, { timeout: 30_000 }).toBe(1_500_000);
  await page.close();

  server.fault = undefined;
  server.requests.length = 0;
  const again = await openPage(context);
  expect(await load(merkle, again)).toMatchObject({ outcome: { ok: true } });
  expect(artifactRequests()).toHaveLength(1);
  expect(artifactRequests()[0]).toMatch(/ bytes=1500000-$/);
  await context.close();
});

test("a bit that flips in storage is found, and the file fetched again", async () => {
  const context = await browser.newContext();
  const { circuit } = merkle.files;
  const first = await openPage(context);
  await load(merkle, first);
  await first.close();
  for (const artifact of [circuit.zkey, circuit.wasm, circuit.vkey]) {
    const page = await openPage(context);
    await call(page, "flipBit", artifact.sha256, Math.floor(artifact.bytes / 2));
    server.requests.length = 0;
    expect(await load(merkle, page)).toMatchObject({ outcome: { ok: true } });
    expect(artifactRequests()).toEqual([`/circuits/${artifact.url}`]);
    await page.close();
  }
  await context.close();
});
