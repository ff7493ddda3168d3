/** Entry of a verifying thread. */
import { curves } from "../../src/domain/circuit.ts";
import { createProofChecker } from "./check-proof.ts";
import { installSingleThreadCurve } from "./single-thread-curve.ts";
import { serveJobs } from "./thread-server.ts";

// Here rather than within the first proof, whose node waits for its verdict.
await Promise.all(curves.map(installSingleThreadCurve));
serveJobs(createProofChecker());
