/** Finds, starts and stops the server process of the embedded cluster. */
import { readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CoordinatorFailure } from "../failure.ts";
import { ensureServerLog } from "./cluster.ts";
import type { Installation } from "./installation.ts";
import { urlOf } from "./installation.ts";
import { openPool } from "./pool.ts";
import { isPostgres } from "./process-state.ts";
import { runBinary } from "./run-binary.ts";

/** Recovery after a crash replays at most max_wal_size (1 GB). */
const START_TIMEOUT_MS = 60_000;
/** Another process may take a free port before the server does, or the dead server's children may still be ending. */
const START_TRIES = 5;
const POLL_MS = 50;
const LOG_MAX_BYTES = 10 * 1024 * 1024;
/** End of the server's log that goes into an error. */
const LOG_TAIL_BYTES = 1_500;

/**
 * The port of a server that answers: the one that runs (left by a crash of Node, or just now starting), else a new one,
 * on `port` if given. Errors: internal, with the end of the server's log.
 */
export const ensureRunning = async (
  installation: Installation,
  port: number | undefined,
): Promise<number> => {
  const running = await findRunning(installation);
  if (running === undefined) return start(installation, port);
  installation.log.info("took over the running database server", { port: running });
  return running;
};

/** Fast shutdown; does nothing when no server runs. */
export const stopServer = async (installation: Installation): Promise<void> => {
  if ((await readPidFile(installation.cluster)) === undefined) return;
  const options = ["stop", "-D", installation.cluster, "-m", "fast", "-w", "-s"];
  try {
    await runBinary(installation, installation.cluster, ["pg_ctl", ...options]);
  } catch (error) {
    // The server is down or goes down by itself; the next start finds out.
    installation.log.warn("the database server did not stop as asked", { error });
  }
};

const findRunning = async (installation: Installation): Promise<number | undefined> => {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const claimed = await readPidFile(installation.cluster);
    if (claimed === undefined) return undefined;
    if (!(await isPostgres(claimed.pid))) {
      await removeStalePidFile(installation.cluster, claimed.pid);
      return undefined;
    }
    if (claimed.port !== undefined && (await answers(installation, claimed.port))) {
      return claimed.port;
    }
    if (Date.now() > deadline) throw notAnswering(installation, claimed.pid);
    await sleep(POLL_MS);
  }
};

type PidFile = { readonly pid: number; readonly port: number | undefined };

/** postmaster.pid: line 1 the process, line 4 the port (missing while it starts). */
const readPidFile = async (cluster: string): Promise<PidFile | undefined> => {
  const text = await readFile(join(cluster, "postmaster.pid"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split("\n");
  const pid = Number.parseInt(lines[0] ?? "", 10);
  const port = Number.parseInt(lines[3] ?? "", 10);
  if (Number.isNaN(pid)) return undefined;
  return { pid, port: Number.isNaN(port) ? undefined : port };
};

/** PostgreSQL itself trusts any live process of that number, so after a restart of a container it would not start. */
const removeStalePidFile = async (cluster: string, pid: number): Promise<void> => {
  const now = await readPidFile(cluster);
  if (now?.pid === pid) await rm(join(cluster, "postmaster.pid"), { force: true });
};

/** Whether our own cluster answers there. Any failure is a no: starting, stopping, or a stranger on that port. */
const answers = async (installation: Installation, port: number): Promise<boolean> => {
  const sql = openPool(urlOf(installation, port), { size: 1, durability: "on" });
  try {
    const rows = await sql<
      { folder: string }[]
    >`select current_setting('data_directory') as folder`;
    return rows[0]?.folder === installation.cluster;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 0 });
  }
};

const start = async (installation: Installation, wanted: number | undefined): Promise<number> => {
  const logFile = await ensureServerLog(installation, LOG_MAX_BYTES);
  let failure: unknown;
  for (let attempt = 1; attempt <= START_TRIES; attempt++) {
    const port = wanted ?? (await freePort());
    const options = ["-D", installation.cluster, "-l", logFile, "-o", `-p ${port}`, "-w", "-s"];
    const timeout = String(START_TIMEOUT_MS / 1000);
    try {
      const command = ["pg_ctl", "start", "-t", timeout, ...options] as const;
      await runBinary(installation, installation.cluster, command);
      return port;
    } catch (error) {
      failure = error;
      // Another coordinator may have been faster; holding the folder decides between the two.
      const running = await findRunning(installation);
      if (running !== undefined) return running;
      await sleep(POLL_MS * 2 ** attempt);
    }
  }
  throw await startFailure(logFile, failure);
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });

const startFailure = async (logFile: string, cause: unknown): Promise<CoordinatorFailure> => {
  const tail = await readFile(logFile, "utf8").catch(() => "");
  return new CoordinatorFailure(
    {
      kind: "internal",
      reason: "POSTGRES_START_FAILED",
      problem: `the embedded PostgreSQL did not start; its log ends: ${tail.slice(-LOG_TAIL_BYTES).trim()}`,
      remedy: `see ${logFile}, or set DATABASE_URL to a PostgreSQL of your own`,
    },
    { cause },
  );
};

const notAnswering = ({ cluster }: Installation, pid: number): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: "internal",
    reason: "POSTGRES_START_FAILED",
    problem: `process ${pid} holds ${join(cluster, "postmaster.pid")} but does not answer`,
    remedy: `look at what process ${pid} does; if it is not PostgreSQL, remove that file and start again`,
  });
