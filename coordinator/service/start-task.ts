/** StartTask: a prover has begun an attempt. */
import type { HandlerContext } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { StartTaskRequest, StartTaskResponseSchema } from "../../src/gen/coordinator_pb.ts";
import { attemptClaim, requireAttempt } from "./caller.ts";
import type { Services } from "./services.ts";

type Response = MessageInitShape<typeof StartTaskResponseSchema>;

export const startTask =
  (services: Services) =>
  async (request: StartTaskRequest, context: HandlerContext): Promise<Response> => {
    const claim = attemptClaim(request);
    requireAttempt(services, context, claim);
    const attempt = await services.queue.findAttempt(claim);
    const started =
      attempt?.workerId === claim.workerId &&
      (await services.queue.start(attempt.attemptId, claim.workerId));
    return started
      ? { success: true, message: "" }
      : { success: false, message: "this attempt is no longer this worker's; do not start it" };
  };
