import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { JobService, TaskState } from "../../src/gen/proving/v1/job_pb.ts";
import { NetworkService } from "../../src/gen/proving/v1/network_pb.ts";
import { exitCodes } from "../failure.ts";
import { testWorld } from "../testing/world.ts";

const figures = {
  nodesActive: 3,
  nodesSuspect: 1,
  tasksQueued: 7,
  tasksLeased: 2,
  oldestQueuedMs: 2400n,
  acceptedLastMinute: 40,
  acceptedTotal: 1234n,
  failedTotal: 1n,
  circuits: [{ circuitId: "addition", queued: 7, leased: 2, accepted: 1234n, proofMsP50: 240 }],
};

const jobs = [
  { jobId: "j_2", circuitId: "addition", createdAtMs: 1_700_000_000_000n, counts: { queued: 2 } },
  { jobId: "j_1", circuitId: "addition", createdAtMs: 0n, counts: { accepted: 1, failed: 1 } },
];

const routes = (router: ConnectRouter): void => {
  router.service(NetworkService, {
    getStats: (_request, context) => {
      if (context.requestHeader.has("authorization"))
        throw new ConnectError("a key", Code.Internal);
      return { stats: figures };
    },
    watchStats: async function* () {
      yield { stats: figures };
      yield { stats: { ...figures, nodesActive: 4 } };
    },
  });
  router.service(JobService, {
    listJobs: ({ pageToken }) =>
      pageToken === ""
        ? { jobs: jobs.slice(0, 1), nextPageToken: "more" }
        : { jobs: jobs.slice(1), nextPageToken: "" },
    getJob: ({ jobId }) => {
      const attempts = [{ attemptId: "a", number: 1, outcome: "accepted", startedAtMs: 5n }];
      const tasks = [{ taskId: "t_1", index: 0, state: TaskState.ACCEPTED, attempts }];
      return { job: { ...jobs[0], jobId, tasks, estimateLowMs: 1000n, estimateHighMs: 90_000n } };
    },
    cancelJob: () => ({ cancelled: 2 }),
    retryDead: () => ({ revived: 1 }),
  });
};

describe("stats", () => {
  it("reads as lines and a table, without a key", async () => {
    const { run, stdout } = testWorld({ routes });
    expect(await run("stats")).toBe(exitCodes.ok);
    expect(stdout()).toContain("nodes    3 active, 1 suspect");
    expect(stdout()).toContain("7 queued, the oldest for 2.4 s; 2 being proven");
    expect(stdout()).toMatch(/addition +7 +2 +1234 +240 ms +-/);
  });

  it("goes on with --watch, one record each time", async () => {
    const { run, records } = testWorld({ routes });
    expect(await run("stats", "--watch", "--json")).toBe(exitCodes.ok);
    expect(records().map((record) => record.nodes_active)).toEqual([3, 4]);
    expect(records()[0]).toMatchObject({ accepted_total: 1234, oldest_queued_ms: 2400 });
  });
});

describe("jobs", () => {
  it("lists all pages", async () => {
    const { run, stdout } = testWorld({ routes });
    expect(await run("jobs", "list")).toBe(exitCodes.ok);
    expect(stdout()).toBe(
      "j_2  2023-11-14T22:13:20.000Z  addition  2 queued\n" +
        "j_1  1970-01-01T00:00:00.000Z  addition  1 accepted, 1 failed\n",
    );
  });

  it("shows one with its tasks, for people and for programs", async () => {
    const person = testWorld({ routes });
    await person.run("jobs", "show", "j_2");
    expect(person.stdout()).toContain("done in 1.0 s to 2 min");
    expect(person.stdout()).toMatch(/0 +t_1 +accepted +1 attempt/);
    const program = testWorld({ routes });
    await program.run("jobs", "show", "j_2", "--json");
    expect(program.records()).toMatchObject([
      { job_id: "j_2", tasks: [{ state: "accepted", attempts: [{ outcome: "accepted" }] }] },
    ]);
  });

  it("cancels and retries, and says how many", async () => {
    const { run, stdout } = testWorld({ routes });
    expect(await run("cancel", "j_2")).toBe(exitCodes.ok);
    expect(await run("retry", "j_2")).toBe(exitCodes.ok);
    expect(stdout()).toBe("j_2  2 tasks cancelled\nj_2  1 task queued again\n");
  });
});

describe("the program itself", () => {
  it.each([
    [["--help"], exitCodes.ok, /Commands:/],
    [["--version"], exitCodes.ok, /^\d+\.\d+\.\d+\n$/],
    [["submit", "--help"], exitCodes.ok, /--public-inputs-ok/],
  ])("%j prints and exits %d", async (args, exit, text) => {
    const { run, stdout } = testWorld();
    expect(await run(...args)).toBe(exit);
    expect(stdout()).toMatch(text);
  });

  it.each([
    [["fly"], /unknown command 'fly'/],
    [["watch"], /missing required argument 'job-id'/],
    [["stats", "--fast"], /unknown option '--fast'/],
    [["circuit", "add"], /required option '--id <id>'/],
  ])("%j is refused with what is wrong", async (args, message) => {
    const { run, stderr } = testWorld();
    expect(await run(...args)).toBe(exitCodes.usage);
    expect(stderr()).toMatch(message);
  });
});
