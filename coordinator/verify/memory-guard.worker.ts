/**
 * Ends its own process when that holds more memory than it may. A thread, because the process's main thread is busy in
 * WASM and its memory counts in no limit of V8's.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { ThreadData } from "./isolation.ts";

/** A bomb touches some 2 GB a second, so it passes the cap by at most 40 MB. */
const INTERVAL_MS = 20;

const { argument: capBytes = 0 } = workerData as ThreadData;
setInterval(() => {
  if (process.memoryUsage.rss() > capBytes) process.kill(process.pid, "SIGKILL");
}, INTERVAL_MS);
parentPort?.postMessage("watching");
