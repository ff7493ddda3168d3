import type { DescMethod } from "@bufbuild/protobuf";
import { createHandlerContext } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CoordinatorService } from "../../src/gen/coordinator_pb.ts";
import { CircuitService } from "../../src/gen/proving/v1/circuit_pb.ts";
import { JobService } from "../../src/gen/proving/v1/job_pb.ts";
import { within } from "./deadline.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const contextOf = (method: DescMethod) =>
  createHandlerContext({
    service: method.parent,
    method,
    protocolName: "connect",
    requestMethod: "POST",
    url: "http://localhost/",
  });

/** What a call is told whose handler never ends. */
const toldLate = async (method: DescMethod): Promise<unknown> => {
  const handler = within(5_000, () => new Promise<never>(() => undefined));
  const told = Promise.resolve(handler({}, contextOf(method))).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(5_000);
  return told;
};

const node = CoordinatorService.method;
const job = JobService.method;

describe("a call that takes too long", () => {
  it.each([
    ["SubmitJob", job.submitJob, /same idempotency_key.*without one, look in ListJobs first/u],
    ["RegisterWorker", node.registerWorker, /same worker_token.*named none.*needs another/u],
    ["RemoveCircuit", CircuitService.method.removeCircuit, /CIRCUIT_UNKNOWN then says/u],
    ["ReportCompletion", node.reportCompletion, /^try again; the same call has the same effect$/u],
    ["CancelJob", job.cancelJob, /^try again; the same call has the same effect$/u],
  ] as const)("%s is told what its caller can do", async (name, method, remedy) => {
    expect(await toldLate(method)).toMatchObject({
      kind: "deadline",
      problem: `${name} took more than 5000 ms`,
      remedy: expect.stringMatching(remedy) as string,
      retryAfterMs: 1_000,
    });
  });

  it("is not told so when it ends in time, and leaves no timer", async () => {
    const handler = within(5_000, () => Promise.resolve("done"));
    expect(await handler({}, contextOf(job.getJob))).toBe("done");
    expect(vi.getTimerCount()).toBe(0);
  });
});
