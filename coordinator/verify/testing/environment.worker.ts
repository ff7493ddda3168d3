/** Entry of a thread that tells its environment. */
import { parentPort } from "node:worker_threads";

parentPort?.postMessage({ ...process.env });
