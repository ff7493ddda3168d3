import { spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "playwright/test";
import { headersFor } from "../coordinator/web/headers.ts";
import { projectRoot, startCoordinator } from "./harness/coordinator.ts";
import { startVolunteer } from "./harness/volunteer.ts";

type Seen = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** Opens the page, has it make a practice proof, and returns the headers of what it loaded, by path. */
const proveAndListen = async (url: string): Promise<Seen> => {
  const volunteer = await startVolunteer({ url });
  const seen = new Map<string, Readonly<Record<string, string>>>();
  const violations: string[] = [];
  volunteer.context.on("response", (response) => {
    seen.set(new URL(response.url()).pathname, response.headers());
  });
  volunteer.context.on("console", (message) => {
    if (/content security policy|coep|cross-origin/i.test(message.text())) {
      violations.push(message.text());
    }
  });
  try {
    const tab = await volunteer.openPage();
    await tab.start();
    await tab.until("a practice proof", (state) => state.accepted > 0);
    expect(await tab.page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(violations).toEqual([]);
  } finally {
    await volunteer.close();
  }
  return seen;
};

const expectHeaders = (seen: Seen, part: string): void => {
  const found = [...seen].find(([urlPath]) => urlPath.includes(part) || urlPath === part);
  if (found === undefined) throw new Error(`nothing like ${part} in ${[...seen.keys()].join(" ")}`);
  const [urlPath, headers] = found;
  for (const [name, value] of Object.entries(headersFor(urlPath))) {
    // Vite's own client needs a nonce in development; it opens nothing to anybody else.
    const sent = headers[name.toLowerCase()]?.replace(/'nonce-[^']+' /g, "");
    expect(sent, `${name} of ${urlPath}`).toBe(value);
  }
};

test("the coordinator's headers reach page and workers, and a proof breaks none of them", async () => {
  const coordinator = await startCoordinator();
  try {
    const seen = await proveAndListen(coordinator.url);
    expectHeaders(seen, "/");
    expectHeaders(seen, "node.worker");
    expectHeaders(seen, "prover.worker");
    expectHeaders(seen, ".wasm");
  } finally {
    await coordinator.close();
  }
});

test("npm run dev: isolated as in production, and the prover has no network there either", async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), "prove-at-home-dev-"));
  await chmod(dataDir, 0o755);
  const port = await freePort();
  const dev = spawn(process.execPath, ["--import", "tsx", "scripts/dev.ts"], {
    cwd: projectRoot,
    env: { ...process.env, DATA_DIR: dataDir, PORT: String(port) },
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => dev.once("exit", resolve));
  try {
    const url = `http://localhost:${String(port)}`;
    await expect(async () => {
      expect((await fetch(url)).status).toBe(200);
    }).toPass({ timeout: 80_000 });
    const seen = await proveAndListen(url);
    expectHeaders(seen, "prover.worker");
    const page = seen.get("/") ?? {};
    expect(page["cross-origin-opener-policy"]).toBe("same-origin");
    expect(page["cross-origin-embedder-policy"]).toBe("require-corp");
    expect(page["content-security-policy"]).toContain("default-src 'none'");
  } finally {
    dev.kill("SIGTERM");
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  }
});

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0);
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
};
