/** A unary call that takes too long is answered: the caller knows where it stands, whatever it waits for here. */
import type { DescMethod } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { CoordinatorFailure } from "../failure.ts";
import { CoordinatorService } from "../../src/gen/coordinator_pb.ts";
import { CircuitService } from "../../src/gen/proving/v1/circuit_pb.ts";
import { JobService } from "../../src/gen/proving/v1/job_pb.ts";

type Unary<Request, Response> = (
  request: Request,
  context: HandlerContext,
) => Promise<Response> | Response;

/** The work of a call that was answered too late goes on: what to do when it may also be done twice. */
const remedies: ReadonlyMap<DescMethod, string> = new Map<DescMethod, string>([
  [
    JobService.method.submitJob,
    "submit again with the same idempotency_key, which makes no second job; without one, look in ListJobs first whether this one was made",
  ],
  [
    CoordinatorService.method.registerWorker,
    "register again with the same worker_token; a worker that named none may find its worker_id taken, and then needs another",
  ],
  [
    CircuitService.method.removeCircuit,
    "try again; CIRCUIT_UNKNOWN then says that it was removed meanwhile",
  ],
]);

/** Of every other call: done twice is done once. */
const SAME_AGAIN = "try again; the same call has the same effect";

/** Wraps a handler: DEADLINE_EXCEEDED after `limitMs`, with what its caller can do. Its work goes on. */
export const within =
  <Request, Response>(
    limitMs: number,
    handler: Unary<Request, Response>,
  ): Unary<Request, Response> =>
  async (request, context) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(tooLate(context.method, limitMs)), limitMs);
    });
    try {
      return await Promise.race([handler(request, context), late]);
    } finally {
      clearTimeout(timer);
    }
  };

const tooLate = (method: DescMethod, limitMs: number): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: "deadline",
    reason: "DEADLINE_EXCEEDED",
    problem: `${method.name} took more than ${limitMs} ms`,
    remedy: remedies.get(method) ?? SAME_AGAIN,
    retryAfterMs: 1_000,
  });
