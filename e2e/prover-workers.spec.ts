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
const extra = hasExtraCircuits ? ["semaphore20", "c14", "c16s", "b14"] : [];

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
  server.isolated = true;
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
  const core = /^core [\d.]+ (?:wide4|fma2|ext4|scalar9)$/;
  expect(await call(page, "openProver")).toMatch(core);
  for (const circuit of circuits) {
    expect(await load(circuit, page)).toMatchObject({ trust: "signed", keyKind: "shared" });
    const before = server.requests.length;
    const { outcome, progress } = await prove(circuit, page);
    const { publicSignals } = circuit;
    expect(outcome).toMatchObject({ ok: true, distrusted: [], proof: { publicSignals } });
    expect(outcome.ok ? outcome.proof.engine : "").toMatch(core);
    expect(server.requests).toHaveLength(before);
    const shares = progress.map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((one, other) => one - other));
    const stages = new Set(progress.map(({ stage }) => stage));
    expect([...stages]).toEqual(["key", "witness", "ntt", "msm", "check"]);
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

const damage = (page: Page, name: string, bytes: number): Promise<void> =>
  call(page, "flipBit", name, Math.floor(bytes / 2));

const preparedKey = async (page: Page): Promise<string> => {
  const kept = (await call(page, "stored")).filter((name) => name.endsWith(".key"));
  expect(kept).toHaveLength(1);
  return kept[0] ?? "";
};

const provesMerkle = async (page: Page): Promise<void> => {
  await call(page, "openProver");
  const { publicSignals } = merkle;
  const made = { ok: true, distrusted: [], proof: { publicSignals } };
  expect((await prove(merkle, page)).outcome).toMatchObject(made);
};

test("a bit that flips in storage is found, and the file fetched again", async () => {
  const context = await browser.newContext();
  const { circuit } = merkle.files;
  const first = await openPage(context);
  await load(merkle, first);
  await first.close();
  for (const artifact of [circuit.wasm, circuit.vkey, circuit.zkey]) {
    const page = await openPage(context);
    await damage(page, artifact.sha256, artifact.bytes);
    // The zkey is read only where its prepared key is of no use.
    if (artifact === circuit.zkey) await damage(page, await preparedKey(page), artifact.bytes);
    server.requests.length = 0;
    expect(await load(merkle, page)).toMatchObject({ outcome: { ok: true } });
    expect(artifactRequests()).toEqual([`/circuits/${artifact.url}`]);
    await page.close();
  }
  await context.close();
});

test("a prepared key serves the next visit without its zkey; a damaged one is made anew", async () => {
  const context = await browser.newContext();
  const { zkey } = merkle.files.circuit;
  const first = await openPage(context);
  expect(await load(merkle, first)).toMatchObject({ keyKind: "shared" });
  const key = await preparedKey(first);
  await first.close();

  // A zkey that would be found damaged if anybody read it.
  const second = await openPage(context);
  await damage(second, zkey.sha256, zkey.bytes);
  server.requests.length = 0;
  expect(await load(merkle, second)).toMatchObject({ keyKind: "shared" });
  await provesMerkle(second);
  expect(server.requests).toEqual([]);
  await damage(second, zkey.sha256, zkey.bytes);
  await second.close();

  const third = await openPage(context);
  await damage(third, key, zkey.bytes);
  expect(await load(merkle, third)).toMatchObject({ keyKind: "shared" });
  await provesMerkle(third);
  expect(await preparedKey(third)).toBe(key);
  expect(server.requests).toEqual([]);
  await context.close();
});

test("a page that is not isolated proves with a copy of the key in each prover", async () => {
  server.isolated = false;
  const context = await browser.newContext();
  const page = await openPage(context);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  expect(await load(merkle, page)).toMatchObject({ outcome: { ok: true }, keyKind: "file" });
  await provesMerkle(page);
  await call(page, "openProver");
  const [one, other] = await Promise.all([prove(merkle, page, 0), prove(merkle, page, 1)]);
  expect([one.outcome, other.outcome]).toMatchObject([{ ok: true }, { ok: true }]);
  await context.close();
});

test("a prover that is ended in the middle of a proof is over at once, and its region free", async () => {
  const large = circuits.find(({ files }) => files.circuit.id === "b14") ?? merkle;
  const context = await browser.newContext();
  const page = await openPage(context);
  expect(await load(large, page)).toMatchObject({ keyKind: "shared" });
  const { id } = large.files.circuit;
  const input = new TextDecoder().decode(large.input);
  for (let prover = 0; prover < 2; prover += 1) {
    await call(page, "openProver");
    const ms = await call(page, "endWhileProving", prover, id, input);
    // 200 ms are meant. A thread that does not turn to its messages is ended by force after 2 s.
    expect(ms).toBeLessThan(1_500);
    process.stdout.write(`ended after ${Math.round(ms)} ms\n`);
  }
  await context.close();
});
