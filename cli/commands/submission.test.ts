import { Readable } from "node:stream";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { ErrorInfoSchema } from "../../src/gen/proving/v1/error_pb.ts";
import { JobService } from "../../src/gen/proving/v1/job_pb.ts";
import { exitCodes } from "../failure.ts";
import { testWorld } from "../testing/world.ts";

const submit = [
  ...["submit", "--circuit", "addition", "--inputs", "-", "--public-inputs-ok"],
  ...["--batch", "2"],
];
const lines = (count: number): Readable =>
  Readable.from(Array.from({ length: count }, (_, index) => `{"a":"${index}"}\n`));

const queueFull = (open: number): ConnectError => {
  const value = {
    reason: "OWNER_QUEUE_FULL",
    field: "inputs",
    problem: `${open} tasks of this owner are open and the job has 2; at most 4 may be`,
    remedy: "submit fewer at once, or again when some are proven",
    retryAfterMs: 30_000n,
  };
  const details = [{ desc: ErrorInfoSchema, value }];
  return new ConnectError("full", Code.ResourceExhausted, undefined, details);
};

/** A coordinator that lets an owner have 4 open tasks; `prove` ends some of them. */
const smallCoordinator = () => {
  const taken: string[] = [];
  let open = 0;
  let calls = 0;
  const routes = (router: ConnectRouter) =>
    router.service(JobService, {
      submitJob: ({ inputs }) => {
        calls += 1;
        if (open + inputs.length > 4) throw queueFull(open);
        open += inputs.length;
        taken.push(...inputs.map((input) => new TextDecoder().decode(input)));
        return { job: { jobId: `j_${taken.length / 2}` } };
      },
    });
  const prove = (count: number): void => {
    open -= count;
  };
  return { routes, prove, taken, calls: () => calls };
};

describe("a submission beyond the limit of open tasks", () => {
  it("waits as it is told, says once for each job why, and goes on until every line is submitted", async () => {
    const { routes, prove, taken } = smallCoordinator();
    const slept: number[] = [];
    const sleep = (ms: number) => {
      slept.push(ms);
      prove(1);
      return Promise.resolve();
    };
    const { run, stdout, stderr } = testWorld({ routes, stdin: lines(8), sleep });
    expect(await run(...submit)).toBe(exitCodes.ok);
    expect(taken).toEqual(Array.from({ length: 8 }, (_, index) => `{"a":"${index}"}`));
    expect(slept).toEqual([30_000, 30_000, 30_000, 30_000]);
    expect(stdout().trim().split("\n")).toHaveLength(4);
    const why =
      "4 tasks of this owner are open and the job has 2; at most 4 may be [OWNER_QUEUE_FULL]";
    expect(stderr()).toBe(
      `waiting for room, asking again every 30.0 s; 4 tasks submitted so far: ${why}\n` +
        `waiting for room, asking again every 30.0 s; 6 tasks submitted so far: ${why}\n`,
    );
  });

  it("tells programs in JSON, beside the results", async () => {
    const { routes, prove } = smallCoordinator();
    const sleep = () => {
      prove(2);
      return Promise.resolve();
    };
    const { run, records, stderr } = testWorld({ routes, stdin: lines(6), sleep });
    expect(await run(...submit, "--json")).toBe(exitCodes.ok);
    expect(records().map(({ job_id, last_line }) => [job_id, last_line])).toEqual([
      ["j_1", 2],
      ["j_2", 4],
      ["j_3", 6],
    ]);
    expect(JSON.parse(stderr())).toMatchObject({
      waiting: { reason: "OWNER_QUEUE_FULL", retry_after_ms: 30_000, submitted_tasks: 4 },
    });
  });

  it.each([
    [[], "4 tasks in 2 jobs submitted, up to line 4; the rest begins after it"],
    [
      ["--idempotency-key", "night"],
      "4 tasks in 2 jobs submitted, up to line 4; the same command goes on from there",
    ],
  ])("ends at Ctrl-C with what was submitted: %j", async (more, told) => {
    const { routes, taken, calls } = smallCoordinator();
    const interrupt = new AbortController();
    const sleep = () => {
      interrupt.abort();
      return Promise.resolve();
    };
    const { signal } = interrupt;
    const { run, stderr } = testWorld({ routes, stdin: lines(8), signal, sleep });
    expect(await run(...submit, ...more)).toBe(exitCodes.interrupted);
    expect([taken.length, calls()]).toEqual([4, 3]);
    expect(stderr().trim().split("\n").at(-1)).toBe(told);
  });
});

describe("a submission that ends before its time", () => {
  const failing = (after: number, error: ConnectError) => {
    let calls = 0;
    return (router: ConnectRouter) =>
      router.service(JobService, {
        submitJob: () => {
          calls += 1;
          if (calls > after) throw error;
          return { job: { jobId: `j_${calls}` } };
        },
      });
  };

  it("does not wait where nobody says that later would help", async () => {
    const error = new ConnectError("too large", Code.ResourceExhausted);
    const { run, stderr } = testWorld({ routes: failing(1, error), stdin: lines(4) });
    expect(await run(...submit)).toBe(exitCodes.busy);
    expect(stderr()).toBe(
      "2 tasks in 1 job submitted, up to line 2; the rest begins after it\n" +
        "prove-at-home: too large\n",
    );
  });

  it("says of which lines no answer came", async () => {
    const error = new ConnectError("gone", Code.Unavailable);
    const { run, stderr } = testWorld({ routes: failing(1, error), stdin: lines(5) });
    expect(await run(...submit)).toBe(exitCodes.unreachable);
    expect(stderr()).toMatch(
      /^2 tasks in 1 job submitted, up to line 2; no answer came for lines 3 to 4, see jobs list/,
    );
  });

  it("says so in JSON", async () => {
    const error = new ConnectError("gone", Code.Unavailable);
    const { run, stderr } = testWorld({ routes: failing(1, error), stdin: lines(5) });
    await run(...submit, "--json");
    const [first = ""] = stderr().split("\n");
    expect(JSON.parse(first)).toEqual({
      submitted: { jobs: 1, tasks: 2, last_line: 2, unanswered: { first_line: 3, last_line: 4 } },
    });
  });

  it("says at Ctrl-C that nothing was submitted", async () => {
    const interrupt = new AbortController();
    const { routes } = smallCoordinator();
    const stdin = Readable.from(
      (function* () {
        yield '{"a":"1"}\n';
        interrupt.abort();
        throw new Error("closed");
      })(),
    );
    const { run, stderr } = testWorld({ routes, stdin, signal: interrupt.signal });
    expect(await run(...submit)).toBe(exitCodes.interrupted);
    expect(stderr()).toBe("nothing was submitted\n");
  });
});
