/** Clients of every protocol, and a worker and an owner that speak through them. */
import { createClient } from "@connectrpc/connect";
import type { Client, Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { AttemptStage, CoordinatorService, NodeState } from "../../../src/gen/coordinator_pb.ts";
import type { RegisterWorkerResponse, TaskAssignment } from "../../../src/gen/coordinator_pb.ts";
import { CircuitService } from "../../../src/gen/proving/v1/circuit_pb.ts";
import { JobService } from "../../../src/gen/proving/v1/job_pb.ts";
import { NetworkService } from "../../../src/gen/proving/v1/network_pb.ts";
import type { MadeProof } from "./proofs.ts";

export const transports: Readonly<Record<string, (baseUrl: string) => Transport>> = {
  "gRPC-Web over HTTP/1.1": (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1" }),
  "Connect over HTTP/1.1": (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "1.1" }),
  "Connect in JSON": (baseUrl) =>
    createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: false }),
  "gRPC over HTTP/2": (baseUrl) => createGrpcTransport({ baseUrl }),
};

export const grpcWeb = (baseUrl: string): Transport =>
  createGrpcWebTransport({ baseUrl, httpVersion: "1.1" });

export const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

export const clientsOf = (transport: Transport) => ({
  node: createClient(CoordinatorService, transport),
  jobs: createClient(JobService, transport),
  circuits: createClient(CircuitService, transport),
  network: createClient(NetworkService, transport),
});

export type NodeClient = Client<typeof CoordinatorService>;

export type RegisterOptions = {
  readonly workerId: string;
  readonly slots?: number;
  readonly token?: string;
  /** Comma list; default any. */
  readonly circuits?: string;
  readonly held?: readonly { attemptId: string; ticket: Uint8Array; taskId: string }[];
};

/** Registers as our own nodes do. */
export const register = (node: NodeClient, options: RegisterOptions) =>
  node.registerWorker({
    workerId: options.workerId,
    maxConcurrentTasks: options.slots ?? 1,
    capabilities: { circuits: options.circuits ?? "*" },
    protocolVersion: 1,
    curves: ["bn128", "bls12381"],
    workerToken: options.token ?? "",
    heldAttempts: [...(options.held ?? [])],
  });

export type OpenStream = {
  readonly assignments: TaskAssignment[];
  readonly others: TaskAssignment[];
  /** Resolves with the error that ended the stream, or undefined. */
  readonly ended: Promise<unknown>;
  readonly close: () => void;
};

/** Reads a worker's stream in the background. */
export const openStream = (
  node: NodeClient,
  who: { readonly workerId: string; readonly sessionId: string },
): OpenStream => {
  const assignments: TaskAssignment[] = [];
  const others: TaskAssignment[] = [];
  const abort = new AbortController();
  const read = async (): Promise<unknown> => {
    try {
      for await (const message of node.receiveTasks(who, { signal: abort.signal })) {
        if (message.taskId === "") others.push(message);
        else assignments.push(message);
      }
      return undefined;
    } catch (error) {
      return error;
    }
  };
  return { assignments, others, ended: read(), close: () => abort.abort() };
};

export type Identity = { readonly workerId: string; readonly registration: RegisterWorkerResponse };

let sequence = 0n;

/** A heartbeat that names `attempts`. */
export const beat = (
  node: NodeClient,
  { workerId, registration }: Identity,
  more: {
    readonly attempts?: readonly TaskAssignment[];
    readonly returned?: readonly string[];
    readonly leaving?: boolean;
    readonly progress?: number;
  } = {},
) =>
  node.sendHeartbeat({
    workerId,
    timestamp: BigInt(Math.floor(Date.now() / 1_000)),
    sessionId: registration.sessionId,
    workerToken: registration.workerToken,
    sequence: ++sequence,
    state: more.leaving === true ? NodeState.LEAVING : NodeState.ACTIVE,
    attempts: (more.attempts ?? []).map(({ attemptId, taskId }) => ({
      attemptId,
      taskId,
      stage: AttemptStage.MSM,
      progress: more.progress ?? 0.5,
    })),
    returnedAttempts: [...(more.returned ?? [])],
  });

/** Reports a proof for an assignment. */
export const complete = (
  node: NodeClient,
  workerId: string,
  report: { readonly assignment: TaskAssignment; readonly proof: MadeProof },
) =>
  node.reportCompletion({
    taskId: report.assignment.taskId,
    workerId,
    attemptId: report.assignment.attemptId,
    ticket: report.assignment.ticket,
    proofData: report.proof.bytes,
    proofMetadataJson: report.proof.metadata,
    durationMs: 12n,
    engine: "snarkjs",
  });

/** Submits additions and gives the job's id and its tasks'. */
export const submitAdditions = async (
  jobs: Client<typeof JobService>,
  ownerKey: string,
  inputs: readonly (readonly [string, string])[],
) => {
  const { job } = await jobs.submitJob(
    {
      circuitId: "addition",
      inputs: inputs.map(([a, b]) => Buffer.from(JSON.stringify({ a, b }))),
      inputsVisibleToVolunteers: true,
    },
    bearer(ownerKey),
  );
  if (job === undefined) throw new TypeError("SubmitJob gave no job");
  return { jobId: job.jobId, tasks: job.tasks.map((task) => task.taskId) };
};
