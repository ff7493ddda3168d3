/** Entry of a thread that computes public signals. */
import { createSignalsComputer } from "./compute-signals.ts";
import { serveJobs } from "./thread-server.ts";

serveJobs(createSignalsComputer());
