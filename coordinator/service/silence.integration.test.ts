/** What ten seconds of silence mean. The tests wait side by side; each worker is given a circuit of its own, or none. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { ExpectStatic } from "vitest";
import { beat, bearer, clientsOf, grpcWeb, openStream, register } from "./testing/clients.ts";
import { openTestCoordinator } from "./testing/coordinator.ts";
import type { TestCoordinator } from "./testing/coordinator.ts";
import { openSeedWorker } from "./testing/seed-worker.ts";
import type { SeedAssignment } from "./testing/seed-worker.ts";

let coordinator: TestCoordinator;
const closers: (() => void)[] = [];
beforeAll(async () => {
  coordinator = await openTestCoordinator();
});
afterAll(async () => {
  for (const close of closers) close();
  await coordinator.close();
});

const owner = () => ({ ...clientsOf(grpcWeb(coordinator.url)), key: bearer(coordinator.ownerKey) });

const connected = async (workerId: string, circuits: string) => {
  const { node } = owner();
  const registration = await register(node, { workerId, circuits });
  const stream = openStream(node, { workerId, sessionId: registration.sessionId });
  closers.push(stream.close);
  return { node, workerId, registration, stream };
};

const submit = async (circuitId: string, input: object): Promise<string> => {
  const { jobs, key } = owner();
  const inputs = [Buffer.from(JSON.stringify(input))];
  const { job } = await jobs.submitJob({ circuitId, inputs, inputsVisibleToVolunteers: true }, key);
  return job?.jobId ?? "";
};

const outcomesOf = async (jobId: string) => {
  const { job } = await owner().jobs.getJob({ jobId }, owner().key);
  return job?.tasks.map((task) => task.attempts.map((one) => one.outcome));
};

/** A worker that holds the one task of a job. `expect` is the test's own: side by side, there is no other to poll by. */
const holding = async (expect: ExpectStatic, workerId: string, circuitId: string) => {
  const worker = await connected(workerId, circuitId);
  const jobId = await submit(circuitId, { a: "1", b: "2" });
  await expect.poll(() => worker.stream.assignments.length, { timeout: 15_000 }).toBe(1);
  return { ...worker, jobId };
};

describe.concurrent("a stream", () => {
  it("says something after ten seconds of silence", async ({ expect }) => {
    const { stream } = await connected("listener", "merkle_proof");
    await expect.poll(() => stream.others.length, { timeout: 14_000 }).toBe(1);
    expect(stream.others[0]?.control).toBeUndefined();
  });
});

describe.concurrent("an assignment that never arrived", () => {
  it("is given again when two heartbeats, later than ten seconds, do not name it", async ({
    expect,
  }) => {
    const worker = await holding(expect, "forgetful", "addition");
    await beat(worker.node, worker);
    expect(await outcomesOf(worker.jobId)).toEqual([["leased"]]);
    await sleep(10_500);
    await beat(worker.node, worker);
    await expect
      .poll(() => outcomesOf(worker.jobId), { timeout: 5_000 })
      .toEqual([["released", "leased"]]);
  });

  it("stays where it is as long as heartbeats name it", async ({ expect }) => {
    const worker = await holding(expect, "mindful", "addition_bls12381");
    const attempts = worker.stream.assignments;
    await sleep(10_500);
    for (let times = 0; times < 3; times += 1) await beat(worker.node, worker, { attempts });
    expect(await outcomesOf(worker.jobId)).toEqual([["leased"]]);
  });
});

describe.concurrent("a worker that knows only the seed's fields", () => {
  it("never gets an empty task, which it would take for work", async ({ expect }) => {
    const worker = openSeedWorker(`127.0.0.1:${coordinator.port}`);
    await worker.call("RegisterWorker", {
      worker_id: "seed",
      max_concurrent_tasks: 4,
      capabilities: { circuits: "range" },
    });
    const received: SeedAssignment[] = [];
    const stream = worker.receive({ worker_id: "seed" });
    stream.on("data", (assignment: SeedAssignment) => received.push(assignment));
    stream.on("error", () => undefined);
    closers.push(() => {
      stream.cancel();
      worker.close();
    });
    const jobId = await submit("range_proof", { value: "42", min: "0", max: "100" });
    await expect.poll(() => received.length, { timeout: 20_000 }).toBe(1);
    // Longer than a keepalive: our own nodes hear one by now.
    await sleep(11_000);
    expect(received.map((one) => one.circuit_type)).toEqual(["range_proof"]);
    expect(await outcomesOf(jobId)).toEqual([["leased"]]);
  });
});
