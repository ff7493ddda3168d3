/** Every RPC: its file, how large a message it takes and how long it may run. Streams have no deadline. */
import type { ConnectRouter } from "@connectrpc/connect";
import { MAX_HEARTBEAT_BYTES, MAX_REPORT_BYTES } from "../../src/domain/limits.ts";
import { CoordinatorService } from "../../src/gen/coordinator_pb.ts";
import { CircuitService } from "../../src/gen/proving/v1/circuit_pb.ts";
import { JobService } from "../../src/gen/proving/v1/job_pb.ts";
import { NetworkService } from "../../src/gen/proving/v1/network_pb.ts";
import { addCircuit } from "./add-circuit.ts";
import { cancelJob } from "./cancel-job.ts";
import { within } from "./deadline.ts";
import { getJob } from "./get-job.ts";
import { getProof } from "./get-proof.ts";
import { getStats } from "./get-stats.ts";
import { MAX_CHUNK_BYTES, MAX_REGISTER_BYTES, MAX_SMALL_BYTES } from "./limits.ts";
import { listCircuits } from "./list-circuits.ts";
import { listJobs } from "./list-jobs.ts";
import { receiveTasks } from "./receive-tasks.ts";
import { registerWorker } from "./register-worker.ts";
import { removeCircuit } from "./remove-circuit.ts";
import { reportCompletion } from "./report-completion.ts";
import { reportFailure } from "./report-failure.ts";
import { retryDead } from "./retry-dead.ts";
import { sendHeartbeat } from "./send-heartbeat.ts";
import type { Services } from "./services.ts";
import { startTask } from "./start-task.ts";
import { submitJob } from "./submit-job.ts";
import { watchJob } from "./watch-job.ts";
import { watchStats } from "./watch-stats.ts";

const QUICK_MS = 5_000;
const OWNER_MS = 30_000;
/** A thousand inputs to check. */
const SUBMIT_MS = 120_000;
const REPORT_MS = 30_000;
/** Reproducing a failure may take the full 60 s, after others. */
const FAILURE_MS = 150_000;

const small = { readMaxBytes: MAX_SMALL_BYTES };

export type RouteOptions = {
  /** What SubmitJob takes: more from whoever has shown a key. */
  readonly submitMaxBytes: number;
};

export const routes =
  (s: Services, { submitMaxBytes }: RouteOptions) =>
  (router: ConnectRouter): void => {
    const node = CoordinatorService.method;
    const job = JobService.method;
    const circuit = CircuitService.method;
    const network = NetworkService.method;
    router
      .rpc(node.registerWorker, within(QUICK_MS, registerWorker(s)), {
        readMaxBytes: MAX_REGISTER_BYTES,
      })
      .rpc(node.sendHeartbeat, within(QUICK_MS, sendHeartbeat(s)), {
        readMaxBytes: MAX_HEARTBEAT_BYTES,
      })
      .rpc(node.receiveTasks, receiveTasks(s), small)
      .rpc(node.startTask, within(QUICK_MS, startTask(s)), small)
      .rpc(node.reportCompletion, within(REPORT_MS, reportCompletion(s)), {
        readMaxBytes: MAX_REPORT_BYTES,
      })
      .rpc(node.reportFailure, within(FAILURE_MS, reportFailure(s)), {
        readMaxBytes: MAX_REPORT_BYTES,
      })
      .rpc(job.submitJob, within(SUBMIT_MS, submitJob(s)), { readMaxBytes: submitMaxBytes })
      .rpc(job.getJob, within(OWNER_MS, getJob(s)), small)
      .rpc(job.listJobs, within(OWNER_MS, listJobs(s)), small)
      .rpc(job.watchJob, watchJob(s), small)
      .rpc(job.cancelJob, within(OWNER_MS, cancelJob(s)), small)
      .rpc(job.retryDead, within(OWNER_MS, retryDead(s)), small)
      .rpc(job.getProof, within(OWNER_MS, getProof(s)), small)
      .rpc(circuit.listCircuits, within(OWNER_MS, listCircuits(s)), small)
      .rpc(circuit.addCircuit, addCircuit(s), { readMaxBytes: MAX_CHUNK_BYTES })
      .rpc(circuit.removeCircuit, within(OWNER_MS, removeCircuit(s)), small)
      .rpc(network.getStats, within(QUICK_MS, getStats(s)), small)
      .rpc(network.watchStats, watchStats(s), small);
  };
