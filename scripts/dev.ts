/**
 * `npm run dev`: a coordinator on a free port with its data in .data, and Vite with hot reload in front of it, under
 * production's headers. PORT is Vite's (default 5173); DATA_DIR and the other settings of the coordinator are its own.
 * Ctrl-C ends both.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { createServer } from "vite";

const root = path.resolve(import.meta.dirname, "..");
const DEFAULT_PORT = 5173;

/** Starts the coordinator in a process group of its own: Ctrl-C reaches only this script, which ends it once, in order. */
const startCoordinator = (): ChildProcess =>
  spawn(process.execPath, ["--import", "tsx", "coordinator/main.ts"], {
    cwd: root,
    detached: true,
    env: { ...process.env, PORT: "0", ADMIN_PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });

/** The URL in the coordinator's "ready" line, or undefined in any other line. */
const readyUrl = (line: string): string | undefined => {
  if (!line.startsWith("{")) return undefined;
  const entry = JSON.parse(line) as { readonly msg?: unknown; readonly url?: unknown };
  return entry.msg === "ready" && typeof entry.url === "string" ? entry.url : undefined;
};

/** Passes the coordinator's lines on and resolves with its URL when it is ready. */
const untilReady = (coordinator: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    coordinator.once("exit", () => {
      reject(new Error("the coordinator ended before it was ready; its last lines say why"));
    });
    if (coordinator.stdout === null) throw new Error("the coordinator has no standard output");
    createInterface({ input: coordinator.stdout }).on("line", (line) => {
      console.log(line);
      const url = readyUrl(line);
      if (url !== undefined) resolve(url);
    });
  });

const coordinator = startCoordinator();
const ended = once(coordinator, "exit");
let stopping = false;
// Once: Ctrl-C may arrive twice, through the terminal and through tsx, and a second signal ends the coordinator at once.
const stop = (): void => {
  if (!stopping) coordinator.kill("SIGTERM");
  stopping = true;
};
process.on("SIGINT", stop);
process.on("SIGTERM", stop);

process.env.COORDINATOR_URL = await untilReady(coordinator);
// Vite reads its configuration, and with it the coordinator's address, only now.
const server = await createServer({
  root,
  server: { port: Number(process.env.PORT ?? DEFAULT_PORT) },
});
await server.listen();
server.printUrls();

await ended;
await server.close();
// Vite keeps watchers alive for a moment; nothing is left to do for them.
process.exit(coordinator.exitCode ?? 0);
