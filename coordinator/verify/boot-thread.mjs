// First module of every thread. Plain JavaScript, because tsx's hooks do not reach a thread's entry (Node.js 20): it
// installs them here and then loads the TypeScript entry that was asked for.
import { workerData } from "node:worker_threads";
import { register } from "tsx/esm/api";

register();
await import(workerData.entry);
