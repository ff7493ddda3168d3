/** An owner's client straight over gRPC: a benchmark must not count the start of a command line. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { createClient, type Client } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import type { Coordinator } from "../e2e/harness/coordinator.ts";
import { CircuitService } from "../src/gen/proving/v1/circuit_pb.ts";
import { JobService } from "../src/gen/proving/v1/job_pb.ts";

export type Owner = {
  /** Submits `count` tasks with the same input; returns the job's id. */
  readonly submit: (circuit: string, input: Uint8Array, count: number) => Promise<string>;
  /** Waits until all tasks of the job are final; throws unless all were accepted. Returns attempts' durations. */
  readonly finished: (jobId: string) => Promise<readonly FinishedAttempt[]>;
  readonly addCircuit: (id: string, folder: string) => Promise<void>;
};

export type FinishedAttempt = {
  /** From the lease to the acceptance, by the coordinator's clock, ms. */
  readonly leasedToAcceptedMs: number;
  /** What the prover measured, ms. */
  readonly provingMs: number;
};

/** Opens a client with the owner and admin keys that the coordinator left in its data folder. */
export const openOwner = async (coordinator: Coordinator): Promise<Owner> => {
  const key = async (name: string): Promise<string> =>
    (await readFile(path.join(coordinator.dataDir, "keys", name), "utf8")).trim();
  const transport = createGrpcTransport({ baseUrl: coordinator.url });
  const jobs = createClient(JobService, transport);
  const circuits = createClient(CircuitService, transport);
  const asOwner = { headers: { authorization: `Bearer ${await key("owner.key")}` } };
  const asAdmin = { headers: { authorization: `Bearer ${await key("admin.key")}` } };
  return {
    submit: async (circuit, input, count) => {
      const inputs = Array.from({ length: count }, () => input);
      const request = { circuitId: circuit, inputs, inputsVisibleToVolunteers: true };
      return (await jobs.submitJob(request, asOwner)).job?.jobId ?? "";
    },
    finished: (jobId) => waitForJob(jobs, asOwner, jobId),
    addCircuit: async (id, folder) => {
      const file = (ending: string): Promise<Uint8Array> =>
        readFile(path.join(folder, id, `${id}.${ending}`));
      await circuits.addCircuit(circuitParts(id, await file("wasm"), await file("zkey")), asAdmin);
    },
  };
};

const waitForJob = async (
  jobs: Client<typeof JobService>,
  options: { readonly headers: Record<string, string> },
  jobId: string,
): Promise<readonly FinishedAttempt[]> => {
  for await (const { event } of jobs.watchJob({ jobId }, options)) {
    if (event.case === "summary" && event.value.done) break;
  }
  const { job } = await jobs.getJob({ jobId }, options);
  return (job?.tasks ?? []).map((task) => {
    const accepted = task.attempts.find((attempt) => attempt.outcome === "accepted");
    if (accepted === undefined) throw new Error(`task ${task.taskId}: ${task.reason}`);
    return {
      leasedToAcceptedMs: Number(accepted.endedAtMs - accepted.startedAtMs),
      provingMs: accepted.durationMs,
    };
  });
};

const CHUNK_BYTES = 256 * 1024;

/** The parts of an AddCircuit stream: the header, the wasm, the zkey. */

async function* circuitParts(id: string, wasm: Uint8Array, zkey: Uint8Array) {
  const sizes = { wasmBytes: BigInt(wasm.length), zkeyBytes: BigInt(zkey.length) };
  yield { part: { case: "header" as const, value: { id, ...sizes } } };
  for (const [kind, bytes] of [["wasm", wasm] as const, ["zkey", zkey] as const]) {
    for (let offset = 0; offset < bytes.length; offset += CHUNK_BYTES) {
      yield { part: { case: kind, value: bytes.subarray(offset, offset + CHUNK_BYTES) } };
    }
  }
}
