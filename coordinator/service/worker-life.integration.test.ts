import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { TaskAssignment } from "../../src/gen/coordinator_pb.ts";
import { FailureCause, Verdict } from "../../src/gen/coordinator_pb.ts";
import { ErrorInfoSchema } from "../../src/gen/proving/v1/error_pb.ts";
import { TaskState } from "../../src/gen/proving/v1/job_pb.ts";
import type { WatchJobResponse } from "../../src/gen/proving/v1/job_pb.ts";
import { decodeReceiptBody, verifyReceipt } from "../../src/wire/receipt.ts";
import {
  beat,
  bearer,
  clientsOf,
  complete,
  grpcWeb,
  openStream,
  register,
  submitAdditions,
} from "./testing/clients.ts";
import type { OpenStream } from "./testing/clients.ts";
import { openTestCoordinator } from "./testing/coordinator.ts";
import type { TestCoordinator } from "./testing/coordinator.ts";
import { prove } from "./testing/proofs.ts";

let coordinator: TestCoordinator;
const streams: OpenStream[] = [];
beforeAll(async () => {
  coordinator = await openTestCoordinator();
});
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.close();
  const { jobs } = owner();
  for (const { jobId } of (await jobs.listJobs({}, owner().key)).jobs)
    await jobs.cancelJob({ jobId }, owner().key);
});
afterAll(() => coordinator.close());

const owner = () => ({ ...clientsOf(grpcWeb(coordinator.url)), key: bearer(coordinator.ownerKey) });

let counter = 0;
const connected = async (options: { readonly slots?: number; readonly workerId?: string } = {}) => {
  const { node } = owner();
  const workerId = options.workerId ?? `worker-${(counter += 1)}`;
  const registration = await register(node, { workerId, ...options });
  const stream = openStream(node, { workerId, sessionId: registration.sessionId });
  streams.push(stream);
  return { node, workerId, registration, stream };
};

const submit = (...inputs: readonly (readonly [string, string])[]) =>
  submitAdditions(owner().jobs, coordinator.ownerKey, inputs);

const received = async (stream: OpenStream, count = 1): Promise<readonly TaskAssignment[]> => {
  await expect
    .poll(() => stream.assignments.length, { timeout: 15_000 })
    .toBeGreaterThanOrEqual(count);
  return stream.assignments;
};

const attemptsOf = async (jobId: string) => {
  const { job } = await owner().jobs.getJob({ jobId }, owner().key);
  return job?.tasks.map((task) => task.attempts) ?? [];
};
const outcomesOf = async (jobId: string) =>
  (await attemptsOf(jobId)).map((attempts) => attempts.map((one) => one.outcome));

describe("a proof", () => {
  it("is accepted once, with a receipt that the coordinator has signed; again, it gets the same verdict", async () => {
    const worker = await connected();
    const { jobId, tasks } = await submit(["20", "22"]);
    const [assignment] = await received(worker.stream);
    if (assignment === undefined) return expect.unreachable();
    const proof = await prove("addition", { a: "20", b: "22" });
    const report = () => complete(worker.node, worker.workerId, { assignment, proof });
    const answer = await report();
    expect(answer).toMatchObject({ success: true, verdict: Verdict.ACCEPTED });
    if (answer.receipt === undefined) return expect.unreachable();
    expect(verifyReceipt(answer.receipt, [worker.registration.receiptPublicKey])).toEqual({
      valid: true,
    });
    expect(decodeReceiptBody(answer.receipt.body)).toMatchObject({
      taskId: tasks[0],
      credited: false,
    });
    const again = await report();
    expect(again).toMatchObject({ success: true, verdict: answer.verdict });
    expect(again.receipt?.body).toEqual(answer.receipt.body);
    const got = await owner().jobs.getProof({ taskId: tasks[0] ?? "" }, owner().key);
    expect(got).toMatchObject({ curve: "bn128", setup: "development", publicSignals: ["42"] });
    expect(Buffer.from(got.proofData)).toEqual(Buffer.from(proof.bytes));
    expect(await outcomesOf(jobId)).toEqual([["accepted"]]);
  });

  it("that is wrong is rejected with the reason, and the task is proven by another attempt", async () => {
    const worker = await connected();
    const { jobId } = await submit(["1", "2"]);
    const [assignment] = await received(worker.stream);
    if (assignment === undefined) return expect.unreachable();
    const good = await prove("addition", { a: "1", b: "2" });
    const forged = good.bytes.slice();
    forged[5] = (forged[5] ?? 0) ^ 1;
    const answer = await complete(worker.node, worker.workerId, {
      assignment,
      proof: { ...good, bytes: forged },
    });
    expect(answer).toMatchObject({ success: false, verdict: Verdict.REJECTED });
    expect(answer.message).not.toBe("");
    const [, second] = await received(worker.stream, 2);
    if (second === undefined) return expect.unreachable();
    expect(second).toMatchObject({ taskId: assignment.taskId, attemptNumber: 2 });
    expect(
      await complete(worker.node, worker.workerId, { assignment: second, proof: good }),
    ).toMatchObject({
      verdict: Verdict.ACCEPTED,
    });
    expect(await outcomesOf(jobId)).toEqual([["rejected", "accepted"]]);
  });

  it("is asked for by its state: GetProof says why there is none", async () => {
    const { jobs, key } = owner();
    const { jobId, tasks } = await submit(["1", "2"]);
    const reasonOf = async () =>
      jobs.getProof({ taskId: tasks[0] ?? "" }, key).then(
        () => "none",
        (error: unknown) => ConnectError.from(error).findDetails(ErrorInfoSchema)[0]?.reason,
      );
    expect(await reasonOf()).toBe("TASK_QUEUED");
    await jobs.cancelJob({ jobId }, key);
    expect(await reasonOf()).toBe("TASK_CANCELLED");
  });
});

describe("slots", () => {
  it("hold a worker to what it registered, and a verdict frees one", async () => {
    const worker = await connected({ slots: 2 });
    await submit(["1", "1"], ["2", "2"], ["3", "3"]);
    await received(worker.stream, 2);
    await sleep(1_500);
    expect(worker.stream.assignments).toHaveLength(2);
    const [assignment] = worker.stream.assignments;
    if (assignment === undefined) return expect.unreachable();
    const { a, b } = JSON.parse(Buffer.from(assignment.inputDataJson).toString()) as Record<
      "a" | "b",
      string
    >;
    await complete(worker.node, worker.workerId, {
      assignment,
      proof: await prove("addition", { a, b }),
    });
    await received(worker.stream, 3);
  });
});

describe("a goodbye", () => {
  it("gives its attempts back at once", async () => {
    const first = await connected();
    const { jobId } = await submit(["1", "2"]);
    const [assignment] = await received(first.stream);
    await beat(first.node, first, { leaving: true, returned: [assignment?.attemptId ?? ""] });
    const second = await connected();
    await received(second.stream);
    expect(await outcomesOf(jobId)).toEqual([["released", "leased"]]);
  });

  it("that comes after its worker has registered again takes nothing away", async () => {
    const first = await connected();
    const { jobId } = await submit(["1", "2"]);
    const [assignment] = await received(first.stream);
    if (assignment === undefined) return expect.unreachable();
    const token = first.registration.workerToken;
    const again = await register(first.node, {
      workerId: first.workerId,
      token,
      held: [assignment],
    });
    expect(again.lostAttempts).toEqual([]);
    await beat(first.node, first, { leaving: true, returned: [assignment.attemptId] });
    expect(await outcomesOf(jobId)).toEqual([["leased"]]);
    // Negative control: the same goodbye from the session of today does take it.
    const today = { workerId: first.workerId, registration: { ...again, workerToken: token } };
    await beat(first.node, today, { leaving: true, returned: [assignment.attemptId] });
    expect((await outcomesOf(jobId))[0]?.[0]).toBe("released");
  });
});

describe("registering again", () => {
  it("loses what the worker does not name, and refuses what has no right ticket", async () => {
    const first = await connected({ slots: 2 });
    const { jobId } = await submit(["1", "2"], ["3", "4"]);
    const [kept, dropped] = await received(first.stream, 2);
    if (kept === undefined || dropped === undefined) return expect.unreachable();
    const held = [kept, { ...dropped, ticket: new Uint8Array(32) }];
    const token = first.registration.workerToken;
    const again = await register(first.node, { workerId: first.workerId, token, held });
    expect(again.lostAttempts).toEqual([dropped.attemptId]);
    const outcomes = (await attemptsOf(jobId))
      .flat()
      .map(({ attemptId, outcome }) => [attemptId, outcome]);
    expect(outcomes).toContainEqual([kept.attemptId, "leased"]);
    expect(outcomes).toContainEqual([dropped.attemptId, "released"]);
  });
});

describe("a stream", () => {
  it("that ends takes no lease away; the next one of the same session goes on", async () => {
    const worker = await connected({ slots: 2 });
    const { jobId } = await submit(["1", "2"]);
    await received(worker.stream);
    worker.stream.close();
    await sleep(300);
    expect(await outcomesOf(jobId)).toEqual([["leased"]]);
    const { sessionId } = worker.registration;
    const next = openStream(worker.node, { workerId: worker.workerId, sessionId });
    streams.push(next);
    await submit(["3", "4"]);
    await received(next);
  });

  it("replaces the one before", async () => {
    const worker = await connected();
    const { sessionId } = worker.registration;
    streams.push(openStream(worker.node, { workerId: worker.workerId, sessionId }));
    expect(ConnectError.from(await worker.stream.ended).code).toBe(Code.FailedPrecondition);
  });

  it("of an unknown session asks for a registration", async () => {
    const { node } = owner();
    const stream = openStream(node, { workerId: "nobody", sessionId: "0".repeat(32) });
    const error = ConnectError.from(await stream.ended);
    expect(error.findDetails(ErrorInfoSchema)[0]?.reason).toBe("SESSION_UNKNOWN");
  });
});

describe("a failure report", () => {
  const fail = (
    worker: Awaited<ReturnType<typeof connected>>,
    assignment: TaskAssignment,
    cause: FailureCause,
  ) =>
    worker.node.reportFailure({
      taskId: assignment.taskId,
      workerId: worker.workerId,
      attemptId: assignment.attemptId,
      ticket: assignment.ticket,
      errorMessage: "proof generation failed: so it says",
      cause,
    });

  it("that the coordinator cannot reproduce only queues the task again", async () => {
    const worker = await connected();
    await submit(["1", "2"]);
    const [assignment] = await received(worker.stream);
    if (assignment === undefined) return expect.unreachable();
    const answer = await fail(worker, assignment, FailureCause.UNSATISFIED_CONSTRAINTS);
    expect(answer).toMatchObject({ success: true, verdict: Verdict.REQUEUED });
    await received(worker.stream, 2);
  });

  it("that the coordinator reproduces ends the task, with a single node", async () => {
    const worker = await connected();
    const { jobs, key } = owner();
    const outside = Buffer.from('{"value":"101","min":"0","max":"100"}');
    const { job } = await jobs.submitJob(
      { circuitId: "range_proof", inputs: [outside], inputsVisibleToVolunteers: true },
      key,
    );
    const [assignment] = await received(worker.stream);
    if (assignment === undefined) return expect.unreachable();
    const answer = await fail(worker, assignment, FailureCause.UNSATISFIED_CONSTRAINTS);
    expect(answer).toMatchObject({ success: true, verdict: Verdict.FAILED });
    const after = await jobs.getJob({ jobId: job?.jobId ?? "" }, key);
    expect(after.job?.tasks[0]).toMatchObject({
      state: TaskState.FAILED,
      reasonCode: "unsatisfied_constraints",
    });
  });
});

describe("WatchJob", () => {
  it("tells each task's state, its progress, why it was queued again, and the end", async () => {
    const { jobs, key } = owner();
    const { jobId } = await submit(["5", "6"]);
    const events: WatchJobResponse[] = [];
    const watching = (async () => {
      for await (const message of jobs.watchJob({ jobId }, key)) events.push(message);
    })();
    const tasks = () => events.flatMap(({ event }) => (event.case === "task" ? [event.value] : []));
    await expect.poll(() => tasks()[0]?.state).toBe(TaskState.QUEUED);
    const worker = await connected();
    const [assignment] = await received(worker.stream);
    if (assignment === undefined) return expect.unreachable();
    await expect
      .poll(() => tasks().at(-1))
      .toMatchObject({ state: TaskState.LEASED, workerId: worker.workerId });
    await beat(worker.node, worker, { attempts: [assignment], progress: 0.75 });
    await expect.poll(() => tasks().at(-1)).toMatchObject({ stage: "msm", progress: 0.75 });
    await beat(worker.node, worker, { returned: [assignment.attemptId] });
    await expect
      .poll(() => tasks().some((task) => task.reason === "returned by the node"), {
        timeout: 5_000,
      })
      .toBe(true);
    const [, second] = await received(worker.stream, 2);
    if (second === undefined) return expect.unreachable();
    const proof = await prove("addition", { a: "5", b: "6" });
    await complete(worker.node, worker.workerId, { assignment: second, proof });
    await watching;
    expect(tasks().at(-1)).toMatchObject({ state: TaskState.ACCEPTED });
    expect(events.at(-1)?.event).toMatchObject({
      case: "summary",
      value: { done: true, counts: { accepted: 1 } },
    });
  });
});

describe("a coordinator that stops", () => {
  it("hands back what was not begun at once and tells the streams to reconnect", async () => {
    const own = await openTestCoordinator();
    try {
      const clients = clientsOf(grpcWeb(own.url));
      const { sessionId } = await register(clients.node, { workerId: "w", slots: 3 });
      const stream = openStream(clients.node, { workerId: "w", sessionId });
      const { jobId } = await submitAdditions(clients.jobs, own.ownerKey, [
        ["1", "2"],
        ["3", "4"],
      ]);
      const [begun] = await received(stream, 2);
      if (begun === undefined) return expect.unreachable();
      const { taskId, attemptId, ticket } = begun;
      await clients.node.startTask({ taskId, workerId: "w", attemptId, ticket });
      const askedAtMs = Date.now();
      const stopped = own.stop();
      expect(ConnectError.from(await stream.ended).code).toBe(Code.Unavailable);
      await stopped;
      await own.restart();
      const { job } = await clientsOf(grpcWeb(own.url)).jobs.getJob(
        { jobId },
        bearer(own.ownerKey),
      );
      const outcomes = job?.tasks.map((task) => [
        task.taskId === taskId,
        task.attempts[0]?.outcome,
      ]);
      expect(outcomes).toContainEqual([true, "leased"]);
      expect(outcomes).toContainEqual([false, "released"]);
      // By the row itself: what another replica could lease from then on. Ten times the half second that it takes.
      const released = job?.tasks.find((task) => task.taskId !== taskId)?.attempts[0];
      expect(Number(released?.endedAtMs) - askedAtMs).toBeLessThan(5_000);
    } finally {
      await own.close();
    }
  });
});
