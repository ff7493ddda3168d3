/** A real coordinator process with its own data folder and embedded PostgreSQL. */
import { spawn, type ChildProcess } from "node:child_process";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

export const projectRoot = path.resolve(import.meta.dirname, "../..");

/** Ten times the figure that the product promises for its start. */
const READY_DEADLINE_MS = 50_000;

export type LogLine = { readonly msg: string } & Readonly<Record<string, unknown>>;

export type Coordinator = {
  readonly url: string;
  readonly adminUrl: string;
  readonly dataDir: string;
  readonly logs: readonly LogLine[];
  /** Sends a signal and waits for the end of the process; the embedded PostgreSQL may outlive a SIGKILL. */
  readonly kill: (signal: "SIGTERM" | "SIGKILL") => Promise<void>;
  /** Starts again on the same port and data folder after `kill`. */
  readonly restart: () => Promise<void>;
  /** Ends everything and removes the data folder. */
  readonly close: () => Promise<void>;
};

export type CoordinatorOptions = {
  readonly env?: Readonly<Record<string, string>>;
  /** Of the command line, e.g. "--tls". */
  readonly args?: readonly string[];
};

/** Starts a coordinator on free ports and waits until it is ready. */
export const startCoordinator = async (options: CoordinatorOptions = {}): Promise<Coordinator> => {
  const dataDir = await mkdtemp(path.join(tmpdir(), "prove-at-home-e2e-"));
  // The embedded PostgreSQL runs as an unprivileged user when the tests run as root.
  await chmod(dataDir, 0o755);
  const logs: LogLine[] = [];
  let child: ChildProcess | undefined;
  let ready: Ready = { url: "", port: 0, adminPort: 0 };
  const launch = async (): Promise<void> => {
    child = spawn(
      process.execPath,
      ["--import", "tsx", "coordinator/main.ts", ...(options.args ?? [])],
      {
        cwd: projectRoot,
        env: {
          ...process.env,
          DATA_DIR: dataDir,
          PORT: String(ready.port),
          ADMIN_PORT: String(ready.adminPort),
          LOG_LEVEL: "debug",
          ...options.env,
        },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    ready = await waitForReady(child, logs);
  };
  const kill = async (signal: "SIGTERM" | "SIGKILL"): Promise<void> => {
    const running = child;
    if (running?.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once("exit", resolve));
    running.kill(signal);
    await ended;
  };
  await launch();
  return {
    get url() {
      return ready.url;
    },
    get adminUrl() {
      return `http://127.0.0.1:${String(ready.adminPort)}`;
    },
    dataDir,
    logs,
    kill,
    restart: launch,
    close: async () => {
      await kill("SIGTERM");
      await endOrphanedPostgres(dataDir);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

type Ready = { readonly url: string; readonly port: number; readonly adminPort: number };

const waitForReady = (child: ChildProcess, logs: LogLine[]): Promise<Ready> =>
  new Promise((resolve, reject) => {
    const errors: string[] = [];
    const late = setTimeout(() => {
      reject(new Error(`not ready after ${String(READY_DEADLINE_MS)} ms: ${tail(logs, errors)}`));
    }, READY_DEADLINE_MS);
    child.once("exit", (code) => {
      clearTimeout(late);
      reject(new Error(`ended with ${String(code)} before it was ready: ${tail(logs, errors)}`));
    });
    readLines(child.stderr, (line) => errors.push(line));
    readLines(child.stdout, (line) => {
      const entry = parseLogLine(line);
      if (entry === undefined) return;
      logs.push(entry);
      if (entry.msg !== "ready") return;
      clearTimeout(late);
      resolve({
        url: String(entry.url),
        port: Number(entry.port),
        adminPort: Number(entry.admin_port),
      });
    });
  });

const readLines = (stream: NodeJS.ReadableStream | null, take: (line: string) => void): void => {
  if (stream === null) return;
  createInterface({ input: stream }).on("line", take);
};

const parseLogLine = (line: string): LogLine | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "msg" in value
      ? (value as LogLine)
      : undefined;
  } catch {
    // The human lines between the JSON ones are not for us.
    return undefined;
  }
};

const tail = (logs: readonly LogLine[], errors: readonly string[]): string =>
  [...logs.slice(-5).map((line) => JSON.stringify(line)), ...errors.slice(-10)].join("\n");

/** After a SIGKILL of the coordinator its PostgreSQL goes on, as it should; a test that ends there ends it too. */
const endOrphanedPostgres = async (dataDir: string): Promise<void> => {
  const pidFile = path.join(dataDir, "postgres", "postmaster.pid");
  const text = await readFile(pidFile, "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  if (!Number.isInteger(pid) || pid <= 1) return;
  try {
    process.kill(pid, "SIGQUIT");
  } catch {
    // Gone already.
  }
};
