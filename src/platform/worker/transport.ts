/** The coordinator over gRPC-Web: messages become words here, and errors become NodeFailures, once. */
import {
  Code,
  ConnectError,
  createClient,
  type Interceptor,
  type Transport,
} from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { NodeFailure, type FailureCode } from "../../domain/failure.ts";
import type { SessionId, WorkerId } from "../../domain/ids.ts";
import type {
  Beat,
  BeatAnswer,
  Downlink,
  Offer,
  Registration,
  ReportAnswer,
  StartAnswer,
} from "../../domain/session.ts";
import type { AttemptRef, Report } from "../../domain/task.ts";
import { CoordinatorService } from "../../gen/coordinator_pb.ts";
import { NetworkService } from "../../gen/proving/v1/network_pb.ts";
import { fromTaskAssignment } from "../../wire/assignment.ts";
import { fromHeartbeatResponse, toHeartbeatRequest } from "../../wire/heartbeat.ts";
import { fromRegisterResponse, toRegisterRequest } from "../../wire/register.ts";
import {
  fromCompletionResponse,
  fromFailureResponse,
  fromStartResponse,
  toCompletionRequest,
  toFailureRequest,
  toStartRequest,
} from "../../wire/report.ts";

export type CoordinatorOptions = {
  readonly workerId: WorkerId;
  /** "" before the first enrolment. */
  readonly token: () => string;
  /** Told of each call's outcome, a gRPC code in capitals. */
  readonly called: (method: string, status: string) => void;
};

/** A transport to `origin` that adds the token to each call and counts its outcome. */
export const gRpcWeb = (origin: string, options: CoordinatorOptions): Transport =>
  createGrpcWebTransport({ baseUrl: origin, interceptors: interceptors(options) });

/** Token first, so that the count sees what was sent. */
export const interceptors = ({ called, token }: CoordinatorOptions): Interceptor[] => [
  (next) => async (request) => {
    const secret = token();
    if (secret !== "") request.header.set("authorization", `Bearer ${secret}`);
    return next(request);
  },
  (next) => async (request) => {
    try {
      const response = await next(request);
      called(request.method.name, "OK");
      return response;
    } catch (reason) {
      called(request.method.name, statusOf(ConnectError.from(reason).code));
      throw reason;
    }
  },
];

/** All calls of a node. */
export const coordinatorOver = (transport: Transport, { workerId }: CoordinatorOptions) => {
  const client = createClient(CoordinatorService, transport);
  const network = createClient(NetworkService, transport);
  return {
    reach: (signal: AbortSignal): Promise<void> =>
      calling(async () => {
        await network.getStats({}, { signal }).catch(anyAnswer);
      }),
    register: (offer: Offer, signal: AbortSignal): Promise<Registration> =>
      calling(async () =>
        fromRegisterResponse(await client.registerWorker(toRegisterRequest(offer), { signal })),
      ),
    heartbeat: (beat: Beat, signal: AbortSignal): Promise<BeatAnswer> =>
      calling(async () =>
        fromHeartbeatResponse(await client.sendHeartbeat(toHeartbeatRequest(beat), { signal })),
      ),
    begin: (attempt: AttemptRef, signal: AbortSignal): Promise<StartAnswer> =>
      calling(async () =>
        fromStartResponse(await client.startTask(toStartRequest(workerId, attempt), { signal })),
      ),
    report: (report: Report, signal: AbortSignal): Promise<ReportAnswer> =>
      calling(async () =>
        report.kind === "completion"
          ? fromCompletionResponse(
              await client.reportCompletion(toCompletionRequest({ workerId, report }), { signal }),
            )
          : fromFailureResponse(
              await client.reportFailure(toFailureRequest({ workerId, report }), { signal }),
            ),
      ),
    async *tasks(
      session: { readonly sessionId: SessionId },
      signal: AbortSignal,
    ): AsyncGenerator<Downlink> {
      const { sessionId } = session;
      try {
        for await (const message of client.receiveTasks({ workerId, sessionId }, { signal })) {
          yield fromTaskAssignment(message);
        }
      } catch (reason) {
        throw failureOf(reason);
      }
    },
  };
};

/** @throws NodeFailure, always. */
const calling = async <T>(call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (reason) {
    throw failureOf(reason);
  }
};

const anyAnswer = (reason: unknown): void => {
  if (failureOf(reason).code !== "refused") throw reason;
};

const failureOf = (reason: unknown): NodeFailure => {
  if (reason instanceof NodeFailure) return reason;
  const error = ConnectError.from(reason);
  return new NodeFailure(codeOf(error), error.message, { cause: reason });
};

/** Network failures come as "unknown" with a TypeError behind them: fetch has no code for them. */
const codeOf = (error: ConnectError): FailureCode => {
  if (error.cause instanceof TypeError) return "unreachable";
  switch (error.code) {
    case Code.Canceled:
      return "cancelled";
    case Code.Unavailable:
    case Code.DeadlineExceeded:
    case Code.ResourceExhausted:
    case Code.Aborted:
    case Code.Internal:
    case Code.Unknown:
    case Code.DataLoss:
      return "unreachable";
    default:
      return "refused";
  }
};

/** "DeadlineExceeded" as gRPC writes it, DEADLINE_EXCEEDED; it has a second L in CANCELLED. */
const statusOf = (code: Code): string =>
  code === Code.Canceled
    ? "CANCELLED"
    : Code[code].replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
