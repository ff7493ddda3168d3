/** The coordinator as a process of its own with its embedded PostgreSQL, as `npm start` runs it. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CircuitInput } from "snarkjs";
import type { TaskAssignment } from "../src/gen/coordinator_pb.ts";
import {
  beat,
  bearer,
  clientsOf,
  complete,
  grpcWeb,
  openStream,
  register,
  submitAdditions,
} from "./service/testing/clients.ts";
import { projectFolder } from "./service/testing/coordinator.ts";
import { prove } from "./service/testing/proofs.ts";

/** Five seconds on an idle machine; the machines that run tests are not idle. */
const READY_DEADLINE_MS = 60_000;

let dataFolder: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  dataFolder = await mkdtemp(path.join(tmpdir(), "prove-at-home-main-"));
  await chmod(dataFolder, 0o755);
});
afterEach(async () => {
  for (const child of children.splice(0)) await end(child, "SIGTERM");
  const pid = Number.parseInt(await readFile(await postmasterFile(), "utf8").catch(() => ""), 10);
  if (pid > 1) process.kill(pid, "SIGQUIT");
  await rm(dataFolder, { recursive: true, force: true });
});

/** Where the embedded server keeps its process id, when it still runs. */
const postmasterFile = async (): Promise<string> =>
  path.join(dataFolder, "postgres", "cluster", "postmaster.pid");

type Running = {
  readonly child: ChildProcess;
  readonly url: string;
  readonly port: number;
  readonly lines: readonly string[];
};

const spawnMain = (
  options: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess => {
  const child = spawn(process.execPath, ["--import", "tsx", "coordinator/main.ts", ...options], {
    cwd: projectFolder,
    env: {
      ...process.env,
      NODE_ENV: "test",
      DATA_DIR: dataFolder,
      PORT: "0",
      ADMIN_PORT: "0",
      HOST: "127.0.0.1",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  return child;
};

const linesOf = (child: ChildProcess): string[] => {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on("line", (line) => lines.push(line));
  }
  return lines;
};

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> => {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  child.kill(signal);
  return ended;
};

const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once("exit", resolve));

const start = async (
  options: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Running> => {
  const started = performance.now();
  const child = spawnMain(options, env);
  const lines = linesOf(child);
  const readyLine = () => lines.find((line) => line.includes('"msg":"ready"'));
  const deadline = started + READY_DEADLINE_MS;
  while (readyLine() === undefined && child.exitCode === null && performance.now() < deadline) {
    await sleep(20);
  }
  if (readyLine() === undefined) expect.fail(`not ready:\n${lines.slice(-20).join("\n")}`);
  const { url, port } = JSON.parse(readyLine() ?? "{}") as { url: string; port: number };
  return { child, url, port, lines };
};

const keyOf = async (kind: string): Promise<string> =>
  (await readFile(path.join(dataFolder, "keys", `${kind}.key`), "utf8")).trim();

describe("npm start", () => {
  it("starts on an empty folder, says where it is, and ends clean on SIGTERM", async () => {
    const running = await start();
    expect((await fetch(`http://127.0.0.1:${running.port}/readyz`)).status).toBe(200);
    expect(running.lines.some((line) => line.includes(`Prove@Home is ready: ${running.url}`))).toBe(
      true,
    );
    expect(running.lines.some((line) => line.endsWith("owner.key"))).toBe(true);
    for (const kind of ["owner", "admin"]) {
      expect(await keyOf(kind)).toMatch(new RegExp(`^pah_${kind}_[A-Za-z0-9_-]{43}$`, "u"));
      expect((await stat(path.join(dataFolder, "keys", `${kind}.key`))).mode & 0o777).toBe(0o600);
    }
    expect(await end(running.child, "SIGTERM")).toBe(0);
    await expect(stat(await postmasterFile())).rejects.toThrow("ENOENT");
  });

  it("takes the echo of a signal, as npm makes one, for the same wish: it still ends clean", async () => {
    const { child, lines } = await start();
    const ended = exitOf(child);
    child.kill("SIGINT");
    child.kill("SIGINT");
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(lines.filter((line) => line.includes("Shutdown signal received"))).toHaveLength(1);
    expect(lines.at(-1)).toContain('"msg":"Stopped"');
  });

  it("keeps inputs, keys and tokens out of its log", async () => {
    const running = await start([], { LOG_LEVEL: "debug", NODE_ENV: "production" });
    const { node, jobs } = clientsOf(grpcWeb(running.url));
    const ownerKey = await keyOf("owner");
    const { workerToken, sessionId } = await register(node, { workerId: "w" });
    const stream = openStream(node, { workerId: "w", sessionId });
    await submitAdditions(jobs, ownerKey, [["918273645", "192837465"]]);
    await expect.poll(() => stream.assignments.length, { timeout: 15_000 }).toBe(1);
    stream.close();
    const log = running.lines.join("\n");
    expect(log).toContain("Task assigned");
    for (const secret of [ownerKey, workerToken, "918273645"]) expect(log).not.toContain(secret);
  });

  it("after kill -9 goes on where it was: the same attempt is adopted and accepted", async () => {
    const first = await start([], { NODE_ENV: "production" });
    const ownerKey = await keyOf("owner");
    const before = clientsOf(grpcWeb(first.url));
    const { workerToken, sessionId } = await register(before.node, { workerId: "w" });
    const stream = openStream(before.node, { workerId: "w", sessionId });
    const { jobId } = await submitAdditions(before.jobs, ownerKey, [["1", "2"]]);
    await expect.poll(() => stream.assignments.length, { timeout: 15_000 }).toBe(1);
    const [assignment] = stream.assignments;
    if (assignment === undefined) return expect.unreachable();
    await end(first.child, "SIGKILL");

    const second = await start([], { NODE_ENV: "production" });
    const { node, jobs } = clientsOf(grpcWeb(second.url));
    const lost = await beat(node, {
      workerId: "w",
      registration: { ...(await register(node, { workerId: "x" })), sessionId, workerToken },
    });
    expect(lost).toMatchObject({ success: false, reregister: true });
    const again = await register(node, { workerId: "w", token: workerToken, held: [assignment] });
    expect(again.lostAttempts).toEqual([]);
    const proof = await prove("addition", { a: "1", b: "2" });
    expect(await complete(node, "w", { assignment, proof })).toMatchObject({ success: true });
    const { job } = await jobs.getJob({ jobId }, bearer(ownerKey));
    expect(job?.tasks[0]?.attempts).toMatchObject([
      { attemptId: assignment.attemptId, outcome: "accepted" },
    ]);
  });

  it("keeps practice tasks queued only while a node is connected", async () => {
    const running = await start();
    const { node, network } = clientsOf(grpcWeb(running.url));
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect((await network.getStats({})).stats).toMatchObject({ tasksQueued: 0, tasksLeased: 0 });
    const { sessionId } = await register(node, { workerId: "w", circuits: "addition" });
    const stream = openStream(node, { workerId: "w", sessionId });
    await expect.poll(() => stream.assignments.length, { timeout: 15_000 }).toBe(1);
    expect(stream.assignments[0]?.project).toMatchObject({ name: "Practice", practice: true });
    await expect
      .poll(async () => (await network.getStats({})).stats?.tasksQueued, { timeout: 15_000 })
      .toBeGreaterThanOrEqual(20);
    // A real owner's task does not wait behind them.
    const { jobs } = clientsOf(grpcWeb(running.url));
    const { tasks } = await submitAdditions(jobs, await keyOf("owner"), [["1", "2"]]);
    const proveIt = async (assignment: TaskAssignment): Promise<void> => {
      const input = JSON.parse(Buffer.from(assignment.inputDataJson).toString()) as CircuitInput;
      const proof = await prove("addition", input);
      expect(await complete(node, "w", { assignment, proof })).toMatchObject({ success: true });
    };
    for (let given = 1; given <= 2; given += 1) {
      await expect.poll(() => stream.assignments.length, { timeout: 15_000 }).toBe(given);
      const last = stream.assignments.at(-1);
      if (last !== undefined) await proveIt(last);
    }
    await expect
      .poll(() => stream.assignments.map((one) => one.taskId), { timeout: 15_000 })
      .toContain(tasks[0]);
    expect(stream.assignments.length).toBeLessThanOrEqual(3);
    stream.close();
  });

  it("makes a certificate authority with --tls, serves by it, and keeps it", async () => {
    const first = await start(["--tls"]);
    expect(first.url).toMatch(/^https:/u);
    const caFile = path.join(dataFolder, "tls", "ca.crt");
    const ca = await readFile(caFile, "utf8");
    for (const name of ["ca.key", "server.key"]) {
      expect((await stat(path.join(dataFolder, "tls", name))).mode & 0o777).toBe(0o600);
    }
    const health = (host: string) =>
      new Promise<string>((resolve, reject) => {
        request({ host, port: first.port, path: "/healthz", ca }, (response) => {
          response.resume();
          resolve(
            `${response.statusCode ?? 0} ${String(response.headers["strict-transport-security"])}`,
          );
        })
          .on("error", reject)
          .end();
      });
    expect(await health("localhost")).toBe("200 max-age=63072000");
    const plain = await fetch(`http://127.0.0.1:${first.port}/settings`, { redirect: "manual" });
    expect(plain.status).toBe(308);
    expect(plain.headers.get("location")).toBe(`https://127.0.0.1:${first.port}/settings`);
    expect(first.lines.join("\n")).toContain("update-ca-certificates");
    await end(first.child, "SIGTERM");
    await start(["--tls"]);
    expect(await readFile(caFile, "utf8")).toBe(ca);
  });

  it("prints its version and ends", async () => {
    const child = spawnMain(["--version"], {});
    const lines = linesOf(child);
    expect(await exitOf(child)).toBe(0);
    expect(lines).toEqual([
      expect.stringMatching(/^Prove@Home Coordinator v\d+\.\d+\.\d+$/u),
      `Node Version: ${process.version}`,
      `OS/Arch: ${process.platform}/${process.arch}`,
      expect.stringMatching(/^CPUs: \d+$/u),
    ]);
  });

  it.each([
    [["--fast"], {}, /--fast: there is no such option/u],
    [[], { PORT: "99999" }, /port: 99999 was found; it must be a whole number from 0 to 65535/u],
    [
      [],
      { TLS_CERT_FILE: "/nowhere.pem", TLS_KEY_FILE: "/nowhere.key" },
      /tls_cert_file: "\/nowhere\.pem" cannot be read/u,
    ],
    [
      [],
      { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" },
      /DATABASE_URL: PostgreSQL did not answer/u,
    ],
  ])("refuses %j %j with what would be right", async (options, env, message) => {
    const child = spawnMain(options, env);
    const lines = linesOf(child);
    expect(await exitOf(child)).toBe(1);
    expect(lines.join("\n")).toMatch(message);
  });

  it("names the setting when its port is taken", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    const child = spawnMain([], { PORT: String(port) });
    const lines = linesOf(child);
    expect(await exitOf(child)).toBe(1);
    expect(lines.join("\n")).toMatch(/port: .*EADDRINUSE.*choose another PORT/u);
    taken.close();
  });
});
