import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bearer, clientsOf, grpcWeb, register, submitAdditions } from "./testing/clients.ts";
import { openTestCoordinator } from "./testing/coordinator.ts";
import type { TestCoordinator } from "./testing/coordinator.ts";
import { prove } from "./testing/proofs.ts";
import { openSeedWorker } from "./testing/seed-worker.ts";
import type { SeedAssignment, SeedWorker } from "./testing/seed-worker.ts";

let coordinator: TestCoordinator;
const workers: SeedWorker[] = [];

const seedWorker = (token = ""): SeedWorker => {
  const worker = openSeedWorker(`127.0.0.1:${coordinator.port}`, token);
  workers.push(worker);
  return worker;
};

const registration = (worker_id: string) => ({
  worker_id,
  max_concurrent_tasks: 4,
  capabilities: { circuits: "addition_proof,merkle,range" },
});

const collect = (worker: SeedWorker, worker_id: string) => {
  const received: SeedAssignment[] = [];
  const stream = worker.receive({ worker_id });
  stream.on("data", (assignment: SeedAssignment) => received.push(assignment));
  stream.on("error", () => undefined);
  return { received, stream };
};

beforeAll(async () => {
  coordinator = await openTestCoordinator();
});
afterAll(async () => {
  for (const worker of workers) worker.close();
  await coordinator.close();
});

describe("a worker that knows only the seed's fields", () => {
  it("registers, receives, starts, reports a proof and is accepted", async () => {
    const { jobs } = clientsOf(grpcWeb(coordinator.url));
    const worker = seedWorker();
    expect(await worker.call("RegisterWorker", registration("seed-1"))).toMatchObject({
      success: true,
    });
    const { received, stream } = collect(worker, "seed-1");
    const { tasks } = await submitAdditions(jobs, coordinator.ownerKey, [["2", "3"]]);
    await expect.poll(() => received.length, { timeout: 20_000 }).toBe(1);
    const [assignment] = received;
    expect(assignment).toMatchObject({ task_id: tasks[0], circuit_type: "addition" });
    expect(Number(assignment?.created_at)).toBeCloseTo(Date.now() / 1_000, -2);
    const input = JSON.parse(String(assignment?.input_data_json)) as { a: string; b: string };
    expect(input).toEqual({ a: "2", b: "3" });

    const task = { task_id: assignment?.task_id, worker_id: "seed-1" };
    expect(await worker.call("StartTask", task)).toMatchObject({ success: true });
    expect(
      await worker.call("SendHeartbeat", {
        worker_id: "seed-1",
        timestamp: Math.floor(Date.now() / 1_000),
      }),
    ).toMatchObject({ success: true });
    const proof = await prove("addition", input);
    const answer = await worker.call("ReportCompletion", {
      ...task,
      proof_data: proof.bytes,
      proof_metadata_json: proof.metadata,
      duration_ms: 20,
    });
    expect(answer).toMatchObject({ success: true });
    const got = await jobs.getProof({ taskId: tasks[0] ?? "" }, bearer(coordinator.ownerKey));
    expect(got).toMatchObject({ workerId: "seed-1", publicSignals: ["5"] });
    expect(received.map((one) => one.task_id)).toEqual([tasks[0]]);
    stream.cancel();
  });

  it("is refused a wrong proof, and a failure report queues the task again", async () => {
    const { jobs } = clientsOf(grpcWeb(coordinator.url));
    const worker = seedWorker();
    await worker.call("RegisterWorker", registration("seed-2"));
    const { received, stream } = collect(worker, "seed-2");
    const { jobId, tasks } = await submitAdditions(jobs, coordinator.ownerKey, [["7", "8"]]);
    await expect.poll(() => received.length, { timeout: 20_000 }).toBe(1);
    const task = { task_id: tasks[0], worker_id: "seed-2" };
    const wrong = await prove("addition", { a: "1", b: "1" });
    const metadata = JSON.stringify({ protocol: "groth16", curve: "bn128", publicSignals: ["15"] });
    expect(
      await worker.call("ReportCompletion", {
        ...task,
        proof_data: wrong.bytes,
        proof_metadata_json: Buffer.from(metadata),
      }),
    ).toMatchObject({ success: false });
    await expect.poll(() => received.length, { timeout: 20_000 }).toBe(2);
    expect(
      await worker.call("ReportFailure", {
        ...task,
        error_message: "proof generation failed: no memory",
      }),
    ).toMatchObject({ success: true });
    const { job } = await jobs.getJob({ jobId }, bearer(coordinator.ownerKey));
    expect(job?.tasks[0]?.attempts.map((attempt) => attempt.outcome)).toEqual([
      "rejected",
      "failed",
    ]);
    stream.cancel();
    // It will be queued again, and is not what the next test waits for.
    await jobs.cancelJob({ jobId }, bearer(coordinator.ownerKey));
  });

  it("goes on after the coordinator was restarted, without registering again", async () => {
    const { jobs } = clientsOf(grpcWeb(coordinator.url));
    const worker = seedWorker();
    await worker.call("RegisterWorker", registration("seed-3"));
    await coordinator.stop();
    await coordinator.restart();
    const { received, stream } = collect(worker, "seed-3");
    const { tasks } = await submitAdditions(jobs, coordinator.ownerKey, [["4", "4"]]);
    await expect.poll(() => received.map((one) => one.task_id), { timeout: 20_000 }).toEqual(tasks);
    stream.cancel();
  });

  it("cannot take the id of an enrolled or connected worker, and a token of its own keeps others out", async () => {
    const { node } = clientsOf(grpcWeb(coordinator.url));
    await register(node, { workerId: "enrolled" });
    await expect(
      seedWorker().call("RegisterWorker", registration("enrolled")),
    ).rejects.toMatchObject({ code: 16 });

    const live = seedWorker();
    await live.call("RegisterWorker", registration("seed-4"));
    const { stream } = collect(live, "seed-4");
    await new Promise((resolve) => setTimeout(resolve, 200));
    await expect(seedWorker().call("RegisterWorker", registration("seed-4"))).rejects.toMatchObject(
      { code: 6 },
    );
    stream.cancel();

    await seedWorker("its-own-secret").call("RegisterWorker", registration("seed-5"));
    await expect(seedWorker().call("RegisterWorker", registration("seed-5"))).rejects.toMatchObject(
      { code: 16 },
    );
    await expect(
      seedWorker("a-guess").call("RegisterWorker", registration("seed-5")),
    ).rejects.toMatchObject({ code: 16 });
    expect(
      await seedWorker("its-own-secret").call("RegisterWorker", registration("seed-5")),
    ).toMatchObject({
      success: true,
    });
  });

  it("needs a token where legacy workers are not allowed", async () => {
    const strict = await openTestCoordinator({ ALLOW_LEGACY_WORKERS: "never" });
    const without = openSeedWorker(`127.0.0.1:${strict.port}`);
    const withToken = openSeedWorker(`127.0.0.1:${strict.port}`, "secret");
    try {
      await expect(without.call("RegisterWorker", registration("seed-6"))).rejects.toMatchObject({
        code: 16,
      });
      expect(await withToken.call("RegisterWorker", registration("seed-6"))).toMatchObject({
        success: true,
      });
    } finally {
      without.close();
      withToken.close();
      await strict.close();
    }
  });
});
