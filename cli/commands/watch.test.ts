import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import {
  JobService,
  TaskState,
  type WatchJobResponseSchema,
} from "../../src/gen/proving/v1/job_pb.ts";
import { exitCodes } from "../failure.ts";
import { testWorld } from "../testing/world.ts";

type Message = MessageInitShape<typeof WatchJobResponseSchema>;

const task = (state: TaskState, rest: object = {}): Message => ({
  event: { case: "task", value: { taskId: "t_1", index: 0, state, attemptNumber: 1, ...rest } },
});
const summary = (counts: object, done: boolean): Message => ({
  event: { case: "summary", value: { jobId: "j_1", counts, done } },
});
const proving = { workerId: "w-7", stage: "msm" };

/** A coordinator that says these messages, one list per stream; an error instead of a list ends that stream. */
const telling = (...streams: readonly (readonly Message[] | ConnectError)[]) => {
  let opened = 0;
  const routes = (router: ConnectRouter) =>
    router.service(JobService, {
      watchJob: async function* () {
        const stream = streams[opened];
        opened += 1;
        if (stream instanceof ConnectError) throw stream;
        yield* stream ?? [];
      },
    });
  return { routes, opened: () => opened };
};

const lost = new ConnectError("gone", Code.Unavailable);

describe("watch", () => {
  it("tells a task's life in words and ends well when all are verified", async () => {
    const { routes } = telling([
      task(TaskState.QUEUED),
      task(TaskState.LEASED, { workerId: "w-7" }),
      task(TaskState.LEASED, { ...proving, progress: 0.62 }),
      task(TaskState.ACCEPTED),
      summary({ accepted: 1 }, true),
    ]);
    const { run, stdout } = testWorld({ routes });
    expect(await run("watch", "j_1")).toBe(exitCodes.ok);
    expect(stdout()).toBe(
      "   0  t_1  queued\n" +
        "   0  t_1  leased to w-7, attempt 1\n" +
        "   0  t_1  msm 62 % (w-7)\n" +
        "   0  t_1  verified\n" +
        "done: 1 accepted\n",
    );
  });

  it("tells a stage once to people and each step to programs", async () => {
    const steps = [0.1, 0.2, 0.3].map((progress) =>
      task(TaskState.LEASED, { ...proving, progress }),
    );
    const stream = [...steps, summary({ accepted: 1 }, true)];
    const person = testWorld(telling(stream));
    await person.run("watch", "j_1");
    expect(person.stdout().match(/msm/g)).toHaveLength(1);
    const program = testWorld(telling(stream));
    await program.run("watch", "j_1", "--json");
    expect(program.records().filter((record) => record.stage === "msm")).toHaveLength(3);
    expect(program.records().at(-1)).toMatchObject({ event: "summary", job_id: "j_1", done: true });
  });

  it.each([
    ["failed", { accepted: 1, failed: 1 }],
    ["dead", { dead: 1 }],
    ["cancelled", { cancelled: 2 }],
    ["expired", { expired: 1 }],
  ])("exits 1 when a task ended as %s", async (_state, counts) => {
    const { routes } = telling([summary(counts, true)]);
    expect(await testWorld({ routes }).run("watch", "j_1")).toBe(exitCodes.no);
  });

  it("gives the reason of a task that was requeued or failed", async () => {
    const { routes } = telling([
      task(TaskState.DELAYED, { reason: "worker vanished" }),
      task(TaskState.FAILED, { reason: "constraint 7 is not satisfied" }),
      summary({ failed: 1 }, true),
    ]);
    const { run, stdout } = testWorld({ routes });
    await run("watch", "j_1");
    expect(stdout()).toContain("waits for another attempt: worker vanished");
    expect(stdout()).toContain("failed: constraint 7 is not satisfied");
  });

  it("opens the stream again when the coordinator restarts", async () => {
    const { routes, opened } = telling([task(TaskState.QUEUED)], lost, lost, [
      task(TaskState.ACCEPTED),
      summary({ accepted: 1 }, true),
    ]);
    const { run, stderr } = testWorld({ routes });
    expect(await run("watch", "j_1")).toBe(exitCodes.ok);
    expect(opened()).toBe(4);
    expect(stderr()).toContain("gone; trying again");
  });

  it("gives up when it stays away", async () => {
    const { routes, opened } = telling(
      [task(TaskState.QUEUED)],
      ...Array<ConnectError>(20).fill(lost),
    );
    expect(await testWorld({ routes }).run("watch", "j_1")).toBe(exitCodes.unreachable);
    expect(opened()).toBe(11);
  });

  it("does not try twice where nobody ever answered, and names the address", async () => {
    const { routes, opened } = telling(lost);
    const { run, stderr } = testWorld({ routes });
    expect(await run("watch", "j_1", "--coordinator", "http://127.0.0.1:9")).toBe(
      exitCodes.unreachable,
    );
    expect(opened()).toBe(1);
    expect(stderr()).toMatch(/http:\/\/127\.0\.0\.1:9 \(gone\).*--coordinator/);
  });

  it("exits 5 for a job that is not there", async () => {
    const { routes } = telling(new ConnectError("no job j_9", Code.NotFound));
    expect(await testWorld({ routes }).run("watch", "j_9")).toBe(exitCodes.notFound);
  });

  it("exits 130 when it is interrupted", async () => {
    const interrupt = new AbortController();
    const routes = (router: ConnectRouter) =>
      router.service(JobService, {
        watchJob: async function* (_request, context) {
          yield task(TaskState.QUEUED);
          interrupt.abort();
          await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
        },
      });
    const { run } = testWorld({ routes, signal: interrupt.signal });
    expect(await run("watch", "j_1")).toBe(exitCodes.interrupted);
  });
});
