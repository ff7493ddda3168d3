/** The coordinator's process: reads its settings, starts its parts, says where it is, and ends when told to. */
import path from "node:path";
import { keyFile } from "./access/key-files.ts";
import { loadConfig } from "./config.ts";
import { startCoordinator } from "./coordinator.ts";
import type { Coordinator } from "./coordinator.ts";
import { CoordinatorFailure } from "./failure.ts";
import { openLog } from "./log.ts";
import type { Log } from "./log.ts";
import { version, versionText } from "./version.ts";
import { trustAdvice } from "./web/local-ca.ts";

const projectFolder = path.resolve(import.meta.dirname, "..");
const options = process.argv.slice(2);

/** For people, beside the JSON lines on stdout. */
const say = (...lines: readonly string[]): void =>
  void process.stderr.write(`${lines.join("\n")}\n`);

/** Ctrl+C under npm comes twice: from the terminal and, passed on, from npm. Later than this it is somebody's wish. */
const ECHO_MS = 500;

/** The first signal drains, a second one ends at once. */
const endOnSignals = (coordinator: Coordinator, log: Log): void => {
  let askedAt: number | undefined;
  const end = (signal: NodeJS.Signals): void => {
    if (askedAt !== undefined) {
      if (performance.now() - askedAt > ECHO_MS) process.exit(1);
      return;
    }
    askedAt = performance.now();
    log.info("Shutdown signal received", { signal });
    coordinator.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error("The shutdown failed", { error });
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
};

const endOnCrash = (log: Log): void => {
  const crash = (error: unknown): never => {
    log.error("Ended by an unexpected error", { error });
    process.exit(1);
  };
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);
};

const main = async (): Promise<void> => {
  const config = loadConfig(process.env);
  const log = openLog(config.log_level);
  endOnCrash(log);
  log.info("Starting Prove@Home coordinator", { version, node: process.version, pid: process.pid });
  const localTls = options.includes("--tls");
  const coordinator = await startCoordinator({ config, localTls, log, projectFolder });
  endOnSignals(coordinator, log);
  const { url, port, adminPort, caFile } = coordinator;
  const milliseconds = Math.round(process.uptime() * 1_000);
  log.info("ready", { url, port, admin_port: adminPort, milliseconds });
  const keys = path.resolve(config.data_dir, "keys");
  say(
    "",
    `Prove@Home is ready: ${url}   (Ctrl+C stops it)`,
    `The owner's key is in ${keyFile(keys, "owner")}`,
    ...(caFile === undefined ? [] : trustAdvice(caFile)),
  );
};

const refuse = (error: unknown): never => {
  const expected = error instanceof CoordinatorFailure;
  say(`prove-at-home: ${expected ? error.message : String(error)}`);
  if (!expected && error instanceof Error) say(error.stack ?? "");
  process.exit(1);
};

const unknown = options.filter((option) => option !== "--tls" && option !== "--version");
if (unknown.length > 0) {
  refuse(
    new CoordinatorFailure({
      kind: "invalid",
      reason: "OPTION_UNKNOWN",
      field: unknown[0] ?? "",
      problem: "there is no such option",
      remedy:
        "it must be --tls or --version; everything else is set in the environment or the file",
    }),
  );
}
if (options.includes("--version")) process.stdout.write(`${versionText()}\n`);
else main().catch(refuse);
