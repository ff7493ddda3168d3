/** Entry of a thread that checks inputs. */
import { createInputChecker } from "./check-input.ts";
import { serveJobs } from "./thread-server.ts";

serveJobs(createInputChecker());
