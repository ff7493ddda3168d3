/** Entry of a verifying thread. */
import { createProofChecker } from "./check-proof.ts";
import { serveJobs } from "./thread-server.ts";

serveJobs(createProofChecker());
