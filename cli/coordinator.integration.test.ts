import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodes } from "./failure.ts";

const projectRoot = path.resolve(import.meta.dirname, "..");

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

let dataDir = "";
let url = "";
let coordinator: ChildProcess | undefined;

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), "prove-at-home-cli-"));
  // PostgreSQL runs as an unprivileged user when the tests run as root.
  await chmod(dataDir, 0o755);
  const env = {
    ...process.env,
    DATA_DIR: dataDir,
    PORT: "0",
    ADMIN_PORT: "0",
    NODE_ENV: "production",
  };
  const args = ["--import", "tsx", "coordinator/main.ts"];
  coordinator = spawn(process.execPath, args, {
    cwd: projectRoot,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  url = await readyUrl(coordinator);
});

afterAll(async () => {
  if (coordinator?.exitCode === null) {
    const ended = once(coordinator, "exit");
    coordinator.kill("SIGTERM");
    await ended;
  }
  await rm(dataDir, { recursive: true, force: true });
});

const readyUrl = async (child: ChildProcess): Promise<string> => {
  if (child.stdout === null) throw new Error("the coordinator has no output");
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes('"msg":"ready"')) continue;
    const { port } = JSON.parse(line) as { readonly port: number };
    return `http://localhost:${port}`;
  }
  throw new Error("the coordinator ended before it was ready");
};

/** The command line as an owner runs it: a process. */
const run = async (
  args: readonly string[],
  given: { input?: string; env?: object } = {},
): Promise<Ended> => {
  const child = spawn(process.execPath, ["bin/prove-at-home.mjs", ...args], {
    cwd: projectRoot,
    env: { ...process.env, PROVE_AT_HOME_COORDINATOR: url, DATA_DIR: dataDir, ...given.env },
  });
  const out: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  child.stdin.end(given.input);
  const [code] = (await once(child, "close")) as [number];
  return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(errors).toString() };
};

/** The command line before a reader that closes the pipe after the first bytes; `then` makes it write again. */
const runToHead = async (
  args: readonly string[],
  then: () => Promise<unknown>,
): Promise<Omit<Ended, "stdout">> => {
  const child = spawn(process.execPath, ["bin/prove-at-home.mjs", ...args], {
    cwd: projectRoot,
    env: { ...process.env, PROVE_AT_HOME_COORDINATOR: url, DATA_DIR: dataDir },
  });
  const errors: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  const closed = once(child, "close");
  await once(child.stdout, "data");
  child.stdout.destroy();
  await then();
  const [code] = (await closed) as [number];
  return { code, stderr: Buffer.concat(errors).toString() };
};

const submit = [
  "submit",
  "--circuit",
  "addition",
  "--inputs",
  "-",
  "--public-inputs-ok",
  "--json",
] as const;

describe("the command line and a real coordinator, over native gRPC", () => {
  it("submits, shows, cancels and follows a job to its end", async () => {
    const submitted = await run(submit, { input: '{"a":"2","b":"3"}\n{"a":"4","b":"5"}\n' });
    expect(submitted.code, submitted.stderr).toBe(exitCodes.ok);
    const { job_id: jobId } = JSON.parse(submitted.stdout) as { readonly job_id: string };
    const shown = await run(["jobs", "show", jobId, "--json"]);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      job_id: jobId,
      counts: { queued: 2 },
      tasks: [{ state: "queued" }, { state: "queued" }],
    });
    expect((await run(["get", jobId, "--out", path.join(dataDir, "out")])).code).toBe(
      exitCodes.notReady,
    );
    expect((await run(["cancel", jobId])).stdout).toContain("2 tasks cancelled");
    const watched = await run(["watch", jobId]);
    expect(watched.code).toBe(exitCodes.no);
    expect(watched.stdout).toContain("done: 2 cancelled");
  });

  it("submits once under one idempotency key", async () => {
    const again = [...submit, "--idempotency-key", "once"];
    const input = '{"a":"2","b":"3"}\n';
    const jobs = [await run(again, { input }), await run(again, { input })].map(
      ({ stdout }) => JSON.parse(stdout) as { readonly job_id: string; readonly existed: boolean },
    );
    expect(jobs.map(({ existed }) => existed)).toEqual([false, true]);
    expect(jobs[1]?.job_id).toBe(jobs[0]?.job_id);
  });

  it("names the line and the field that the coordinator refuses", async () => {
    const refused = await run(submit, { input: '{"a":"2","b":"3"}\n\n{"a":"2"}\n' });
    expect(refused.code).toBe(exitCodes.refused);
    expect(refused.stderr).toMatch(/line 3: inputs\[1\]\.b: /);
  });

  it("is refused without a key and told where it is", async () => {
    const refused = await run(["jobs", "list"], { env: { DATA_DIR: "/nowhere" } });
    expect(refused.code).toBe(exitCodes.unauthorised);
    expect(refused.stderr).toMatch(/owner\.key/);
  });

  it("lets only the admin key add circuits, and hands on the rule that refuses one", async () => {
    const manifest = await readFile(
      path.join(projectRoot, "public/circuits/manifest.json"),
      "utf8",
    );
    const { circuits } = JSON.parse(manifest) as {
      readonly circuits: readonly {
        readonly entry: Record<"wasm" | "zkey", { readonly url: string }>;
      }[];
    };
    const place = (link = "") => path.join(projectRoot, "public/circuits", path.basename(link));
    const entry = circuits[0]?.entry;
    const files = ["--wasm", place(entry?.wasm.url), "--zkey", place(entry?.zkey.url)];
    const add = ["circuit", "add", "--id", "again", ...files];
    const owner = (await readFile(path.join(dataDir, "keys/owner.key"), "utf8")).trim();
    expect((await run([...add, "--key", owner])).code).toBe(exitCodes.unauthorised);
    const taken = await run(add);
    expect(taken.code).toBe(exitCodes.refused);
    expect(taken.stderr).toMatch(/belongs to the circuit .*\[ZKEY_TAKEN\]/);
  });

  it("ends quietly when its reader has seen enough", async () => {
    // A new job is news, which a watcher of the figures is told within a second.
    const news = () => run(submit, { input: '{"a":"6","b":"7"}\n' });
    const ended = await runToHead(["stats", "--watch", "--json"], news);
    expect(ended).toEqual({ code: 141, stderr: "" });
  });

  it("ends with its own code when nobody is there, soon", async () => {
    const started = performance.now();
    const alone = await run(["stats"], {
      env: { PROVE_AT_HOME_COORDINATOR: "http://127.0.0.1:9" },
    });
    expect(alone.code).toBe(exitCodes.unreachable);
    expect(alone.stderr).toContain("http://127.0.0.1:9");
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
