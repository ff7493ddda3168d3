import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { TaskAssignment } from "../../src/gen/coordinator_pb.ts";
import { Verdict } from "../../src/gen/coordinator_pb.ts";
import { TaskState } from "../../src/gen/proving/v1/job_pb.ts";
import {
  beat,
  bearer,
  clientsOf,
  complete,
  grpcWeb,
  openStream,
  register,
} from "./testing/clients.ts";
import { openTestCoordinator } from "./testing/coordinator.ts";
import type { TestCoordinator } from "./testing/coordinator.ts";
import { prove } from "./testing/proofs.ts";

type Binding = "always" | "pins-only";
const coordinators = new Map<Binding, TestCoordinator>();
beforeAll(async () => {
  coordinators.set("always", await openTestCoordinator());
  coordinators.set(
    "pins-only",
    await openTestCoordinator({ INPUT_BINDING: "pins-only", PRACTICE_TASKS: "false" }),
  );
});
afterAll(async () => {
  for (const coordinator of coordinators.values()) await coordinator.close();
});

let leave = async (): Promise<unknown> => undefined;
afterEach(() => leave());

let workers = 0;
/** A worker holding the one task of a job. */
const holding = async (
  job: { readonly circuitId: string; readonly input: object; readonly pins?: readonly string[] },
  binding: Binding = "always",
) => {
  const coordinator = coordinators.get(binding) ?? expect.unreachable();
  const { node, jobs } = clientsOf(grpcWeb(coordinator.url));
  const key = bearer(coordinator.ownerKey);
  const workerId = `worker-${(workers += 1)}`;
  const registration = await register(node, { workerId });
  const stream = openStream(node, { workerId, sessionId: registration.sessionId });
  // Said, not only done: the next test's task must not go to a stream that nobody reads any more.
  leave = async () => {
    await beat(node, { workerId, registration }, { leaving: true });
    stream.close();
  };
  const submitted = await jobs.submitJob(
    {
      circuitId: job.circuitId,
      inputs: [Buffer.from(JSON.stringify(job.input))],
      inputsVisibleToVolunteers: true,
      pinnedPublicSignals: [...(job.pins ?? [])],
    },
    key,
  );
  const assignment = async (number: number): Promise<TaskAssignment> => {
    await expect.poll(() => stream.assignments.length, { timeout: 15_000 }).toBe(number);
    const received = stream.assignments[number - 1];
    if (received === undefined) throw new RangeError(`no assignment ${number}`);
    return received;
  };
  const report = async (number: number, input: Record<string, string>) =>
    complete(node, workerId, {
      assignment: await assignment(number),
      proof: await prove(job.circuitId, input),
    });
  const task = async () => {
    const { job: found } = await jobs.getJob({ jobId: submitted.job?.jobId ?? "" }, key);
    return found?.tasks[0];
  };
  /** Failures that count against the worker. */
  const failures = async (): Promise<number> => {
    const text = await (await fetch(`${coordinator.adminUrl}/metrics`)).text();
    const name = `worker_tasks_failed_total{worker_id="${workerId}"} `;
    const line = text.split("\n").find((each) => each.startsWith(name));
    return Number(line?.slice(name.length));
  };
  return { report, task, failures };
};

describe.each(["addition", "addition_bls12381"])("a task of %s", (circuitId) => {
  const input = { a: "20", b: "30" };

  it("is not done by a valid proof of another input", async () => {
    const { report, task, failures } = await holding({ circuitId, input });
    const answer = await report(1, { a: "1", b: "1" });
    expect(answer).toMatchObject({ success: false, verdict: Verdict.REJECTED });
    expect(await failures()).toBe(1);
    expect(answer.message).toMatch(/^The proof is of another input: .* is 2; .* it is 50\.$/u);
    expect((await task())?.attempts[0]?.outcome).toBe("rejected");
    expect(await report(2, input)).toMatchObject({ verdict: Verdict.ACCEPTED });
  });

  it("is done by one where only pins bind: what the check is for", async () => {
    const { report, task } = await holding({ circuitId, input }, "pins-only");
    expect(await report(1, { a: "1", b: "1" })).toMatchObject({ verdict: Verdict.ACCEPTED });
    expect((await task())?.state).toBe(TaskState.ACCEPTED);
  });

  it("that no proof can do by its pins ends as failed, says which pin, and blames no worker", async () => {
    const { report, task, failures } = await holding({ circuitId, input, pins: ["51"] });
    const answer = await report(1, input);
    expect(answer).toMatchObject({ success: false, verdict: Verdict.FAILED });
    const reason =
      /no proof can meet the job's pins: public signal 0 \(\w+\) is pinned to 51, and of this input it is 50$/u;
    expect(answer.message).toMatch(reason);
    const ended = await task();
    expect(ended).toMatchObject({ state: TaskState.FAILED });
    expect(ended?.reason).toMatch(reason);
    expect(await failures()).toBe(0);
    // Its outbox may bring it again.
    expect(await report(1, input)).toMatchObject({ verdict: Verdict.FAILED });
  });
});
