import { Readable } from "node:stream";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { ErrorInfoSchema } from "../../src/gen/proving/v1/error_pb.ts";
import { JobService, type SubmitJobRequest } from "../../src/gen/proving/v1/job_pb.ts";
import { exitCodes } from "../failure.ts";
import { testWorld } from "../testing/world.ts";

const lines = (count: number): Readable =>
  Readable.from(Array.from({ length: count }, (_, index) => `{"a":"${index}"}\n`));

const base = ["submit", "--circuit", "addition", "--inputs", "-", "--public-inputs-ok"] as const;

/** A coordinator that takes jobs and keeps what it was sent, with the key. */
const accepting = () => {
  const requests: SubmitJobRequest[] = [];
  const keys: (string | null)[] = [];
  const routes = (router: ConnectRouter) =>
    router.service(JobService, {
      submitJob: (request, context) => {
        requests.push(request);
        keys.push(context.requestHeader.get("authorization"));
        return { job: { jobId: `j_${requests.length}` }, existed: requests.length > 1 };
      },
    });
  return { requests, keys, routes };
};

describe("submit", () => {
  it("sends each line as one task of a job and prints the job", async () => {
    const { requests, keys, routes } = accepting();
    const { run, records } = testWorld({ routes, stdin: lines(3) });
    expect(await run(...base, "--json")).toBe(exitCodes.ok);
    const [request] = requests;
    expect(request?.inputs.map((input) => new TextDecoder().decode(input))).toEqual([
      '{"a":"0"}',
      '{"a":"1"}',
      '{"a":"2"}',
    ]);
    expect(request?.inputsVisibleToVolunteers).toBe(true);
    expect(keys).toEqual([`Bearer pah_owner_${"k".repeat(43)}`]);
    expect(records()).toEqual([
      {
        job_id: "j_1",
        circuit_id: "addition",
        tasks: 3,
        existed: false,
        first_line: 1,
        last_line: 3,
      },
    ]);
  });

  it("sends a pipe of any length in jobs of the size that was asked for, each with its own key", async () => {
    const { requests, routes } = accepting();
    const { run, stdout } = testWorld({ routes, stdin: lines(5) });
    expect(await run(...base, "--batch", "2", "--idempotency-key", "night")).toBe(exitCodes.ok);
    expect(requests.map((request) => request.inputs.length)).toEqual([2, 2, 1]);
    expect(requests.map((request) => request.idempotencyKey)).toEqual([
      "night",
      "night#2",
      "night#3",
    ]);
    expect(stdout()).toBe(
      "j_1  2 tasks on addition\n" +
        "j_2  2 tasks on addition (submitted before)\n" +
        "j_3  1 task on addition (submitted before)\n",
    );
  });

  it("hands over priority, deadline, pins and the project's card", async () => {
    const { requests, routes } = accepting();
    const { run } = testWorld({ routes, stdin: lines(1) });
    const card = ["--project-name", "N", "--project-purpose", "P", "--project-url", "https://u"];
    await run(...base, "--priority", "-7", "--deadline", "1.5", "--pin", "7,,42", ...card);
    expect(requests[0]).toMatchObject({
      priority: -7,
      deadlineMs: 1500n,
      pinnedPublicSignals: ["7", "", "42"],
      projectName: "N",
      projectPurpose: "P",
      projectUrl: "https://u",
    });
  });

  it("refuses without --public-inputs-ok, says why, and sends nothing", async () => {
    const { routes, requests } = accepting();
    const { run, stderr, addresses } = testWorld({ routes, stdin: lines(1) });
    const args = base.filter((arg) => arg !== "--public-inputs-ok");
    expect(await run(...args)).toBe(exitCodes.usage);
    expect(stderr()).toMatch(/sees its whole input.*--public-inputs-ok/);
    expect([requests, addresses]).toEqual([[], []]);
  });

  it.each([
    [["--input", "also"], /either --input FILE .* or --inputs/],
    [["--batch", "0"], /--batch: 0; it must be 1 to 1000/],
    [["--batch", "many"], /whole number/],
    [["--deadline", "0"], /seconds above 0/],
    [["--circuit", "No!"], /"No!" is no circuit id/],
    [["--coordinator", "ftp://x"], /"ftp:\/\/x" is no address/],
    [["--coordinator", "http://x/path"], /is no address/],
  ])("names the option that is wrong: %s", async (args, message) => {
    const { run, stderr } = testWorld({ stdin: lines(1) });
    expect(await run(...base, ...args)).toBe(exitCodes.usage);
    expect(stderr()).toMatch(message);
  });

  it("says that an empty file holds nothing", async () => {
    const { run, stderr } = testWorld({ routes: accepting().routes, stdin: lines(0) });
    expect(await run(...base)).toBe(exitCodes.usage);
    expect(stderr()).toMatch(/no input/);
  });

  it("names the line of the file that the coordinator refused", async () => {
    const routes = (router: ConnectRouter) =>
      router.service(JobService, {
        submitJob: () => {
          const value = {
            reason: "INPUT",
            field: "inputs[1].a",
            problem: "wrong",
            remedy: "right",
          };
          const details = [{ desc: ErrorInfoSchema, value }];
          throw new ConnectError("x", Code.InvalidArgument, undefined, details);
        },
      });
    const { run, stderr } = testWorld({ routes, stdin: Readable.from('{"a":1}\n\n\n{"a":2}\n') });
    expect(await run(...base)).toBe(exitCodes.refused);
    expect(stderr()).toBe("prove-at-home: line 4: inputs[1].a: wrong; right [INPUT]\n");
  });

  it("prints the error as one JSON object for programs", async () => {
    const routes = (router: ConnectRouter) =>
      router.service(JobService, {
        submitJob: () => {
          throw new ConnectError("no key", Code.Unauthenticated);
        },
      });
    const { run, stderr } = testWorld({ routes, stdin: lines(1) });
    expect(await run(...base, "--json")).toBe(exitCodes.unauthorised);
    expect(JSON.parse(stderr())).toMatchObject({
      error: { exit: "unauthorised", exit_code: 4, message: "no key" },
    });
  });

  it("warns when the key would travel in clear text", async () => {
    const { run, stderr } = testWorld({ routes: accepting().routes, stdin: lines(1) });
    await run(...base, "--coordinator", "http://prover.example");
    expect(stderr()).toMatch(/clear text.*https/);
  });
});
