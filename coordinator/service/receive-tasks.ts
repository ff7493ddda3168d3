/** ReceiveTasks: the stream of assignments of one worker. */
import type { HandlerContext } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { FeedMessage } from "../dispatch/feed.ts";
import type { Session } from "../dispatch/session.ts";
import type { ReceiveTasksRequest, TaskAssignmentSchema } from "../../src/gen/coordinator_pb.ts";
import { standingOf, unknownSession } from "./caller.ts";
import { workerField } from "./fields.ts";
import { reviveLegacy } from "./revive-legacy.ts";
import type { Services } from "./services.ts";
import { wantedStates } from "./wire-words.ts";
import { randomBytes } from "node:crypto";

type Message = MessageInitShape<typeof TaskAssignmentSchema>;

const MANIFEST_URL = "/circuits/manifest.json";

/** W3C trace context: version, trace id, span id, not sampled. */
const traceparent = (): string =>
  `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-00`;

const assignment = (
  services: Services,
  message: Extract<FeedMessage, { readonly kind: "assignment" }>,
): Message => {
  const { lease, ticket } = message;
  const circuit = services.registry.byZkey(lease.zkeyDigest);
  return {
    taskId: lease.taskId,
    circuitType: lease.circuitId,
    inputDataJson: lease.input,
    createdAt: BigInt(Math.floor(lease.createdAtMs / 1_000)),
    attemptId: lease.attemptId,
    attemptNumber: lease.attemptNumber,
    leaseTtlMs: lease.leaseTtlMs,
    hardLimitMs: lease.hardLimitMs,
    ticket,
    circuitDigest: Buffer.from(lease.zkeyDigest, "hex"),
    manifestUrl: circuit === undefined ? "" : MANIFEST_URL,
    project: lease.project,
    traceparent: traceparent(),
    pinnedPublicSignals: [...lease.pinnedPublicSignals],
  };
};

const toWire = (services: Services, message: FeedMessage): Message => {
  switch (message.kind) {
    case "assignment":
      return assignment(services, message);
    case "cancel":
      return { control: { cancelAttempts: [...message.attempts] } };
    case "wanted":
      return {
        control: { wantedState: wantedStates[message.state], drain: message.state === "draining" },
      };
    case "keepalive":
      return {};
  }
};

const sessionFor = async (
  services: Services,
  request: ReceiveTasksRequest,
  context: HandlerContext,
): Promise<Session> => {
  const workerId = workerField("worker_id", request.workerId);
  const claim = { workerId, token: "", sessionId: request.sessionId };
  const standing = standingOf(services, context, claim);
  if (standing.known) return standing.session;
  const revived = await reviveLegacy(services, context, claim);
  if (revived === undefined) throw unknownSession();
  return revived;
};

export const receiveTasks = (services: Services) =>
  async function* (request: ReceiveTasksRequest, context: HandlerContext): AsyncGenerator<Message> {
    const session = await sessionFor(services, request, context);
    for await (const message of services.dispatch.stream(session, context.signal)) {
      yield toWire(services, message);
    }
  };
