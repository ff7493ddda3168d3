/** Entry of a thread that inspects circuits at their admission. */
import { serveJobs } from "../verify/thread-server.ts";
import { inspectCircuit } from "./inspect-circuit.ts";

serveJobs(inspectCircuit);
