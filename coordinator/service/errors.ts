/** The coordinator's failures as gRPC errors with their details; anything unexpected is logged and says nothing. */
import { Code, ConnectError } from "@connectrpc/connect";
import type { Interceptor } from "@connectrpc/connect";
import { CoordinatorFailure } from "../failure.ts";
import type { FailureKind } from "../failure.ts";
import type { Log } from "../log.ts";
import { ErrorInfoSchema } from "../../src/gen/proving/v1/error_pb.ts";

const codes: Readonly<Record<FailureKind, Code>> = {
  invalid: Code.InvalidArgument,
  "not-found": Code.NotFound,
  exists: Code.AlreadyExists,
  precondition: Code.FailedPrecondition,
  unauthenticated: Code.Unauthenticated,
  forbidden: Code.PermissionDenied,
  exhausted: Code.ResourceExhausted,
  unavailable: Code.Unavailable,
  deadline: Code.DeadlineExceeded,
  internal: Code.Internal,
};

/** A failure as it goes over the wire: code, text, and proving.v1.ErrorInfo as a detail. */
const toConnectError = (failure: CoordinatorFailure): ConnectError =>
  new ConnectError(failure.message, codes[failure.kind], undefined, [
    {
      desc: ErrorInfoSchema,
      value: {
        reason: failure.reason,
        field: failure.field,
        problem: failure.problem,
        remedy: failure.remedy,
        retryAfterMs: BigInt(failure.retryAfterMs),
      },
    },
  ]);

/** Called with the name of each RPC that ended and its gRPC code in capitals, e.g. "OK". */
export type CallCounter = (method: string, status: string) => void;

const statusOf = (code: Code): string =>
  Code[code].replace(/([a-z])([A-Z])/gu, "$1_$2").toUpperCase();

/** Maps what handlers throw, and counts how every call ended. */
export const errorInterceptor = (log: Log, count: CallCounter): Interceptor => {
  const map = (method: string, error: unknown): ConnectError => {
    if (error instanceof ConnectError) return error;
    const failure = CoordinatorFailure.from(error);
    if (failure.kind === "internal") log.error("An RPC failed", { method, error });
    else log.debug("An RPC was refused", { method, reason: failure.reason, field: failure.field });
    return toConnectError(failure);
  };

  const watch = async function* <Message>(
    messages: AsyncIterable<Message>,
    method: string,
  ): AsyncGenerator<Message> {
    let status = "OK";
    try {
      yield* messages;
    } catch (error) {
      const mapped = map(method, error);
      status = statusOf(mapped.code);
      throw mapped;
    } finally {
      count(method, status);
    }
  };

  return (next) => async (request) => {
    const method = request.method.name;
    try {
      const response = await next(request);
      if (response.stream) return { ...response, message: watch(response.message, method) };
      count(method, "OK");
      return response;
    } catch (error) {
      const mapped = map(method, error);
      count(method, statusOf(mapped.code));
      throw mapped;
    }
  };
};
