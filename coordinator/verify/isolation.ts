/** How threads and processes that run foreign or heavy code are started: with our loader and without our environment. */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

/** What `boot-thread.mjs` and the entry find as `workerData`. */
export type ThreadData = {
  /** URL of the TypeScript module that the thread runs. */
  readonly entry: string;
  readonly argument?: number;
  /** See EMPTY_MODULE. */
  readonly mod: string;
};

/**
 * The web-worker package (snarkjs's, by way of ffjavascript) takes every thread that it is loaded in for one of its own and
 * runs the module that `workerData.mod` names; with none it prints an error.
 */
const EMPTY_MODULE = "data:text/javascript,";

/** Starts a thread on a TypeScript module, however this process was started itself. */
export const startThread = (
  entry: URL,
  options: { readonly heapLimitMiB?: number; readonly argument?: number } = {},
): Worker => {
  const { heapLimitMiB, argument } = options;
  const data: ThreadData = {
    entry: entry.href,
    mod: EMPTY_MODULE,
    ...(argument === undefined ? {} : { argument }),
  };
  return new Worker(new URL("./boot-thread.mjs", import.meta.url), {
    // Not ours: flags such as an inspector's port belong to one thread.
    execArgv: [],
    env: bareEnvironment(process.env),
    workerData: data,
    resourceLimits: heapLimitMiB === undefined ? {} : { maxOldGenerationSizeMb: heapLimitMiB },
  });
};

/** Arguments with which Node.js runs a TypeScript module as a process's main one. */
export const loaderArguments: readonly string[] = [
  "--import",
  pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href,
];

/** What a program needs to run at all. DATABASE_URL, keys and everything else of ours stay behind. */
const harmless = ["PATH", "HOME", "TMPDIR", "TMP", "TEMP", "SystemRoot", "LANG"] as const;

export const bareEnvironment = (
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> => {
  const kept: Record<string, string> = {};
  for (const name of harmless) {
    const value = environment[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
};
