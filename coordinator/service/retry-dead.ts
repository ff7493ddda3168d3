/** RetryDead: queues a job's dead tasks again with fresh attempts. */
import type { HandlerContext } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { RetryDeadRequest, RetryDeadResponseSchema } from "../../src/gen/proving/v1/job_pb.ts";
import { requireOwner } from "./caller.ts";
import { jobField } from "./fields.ts";
import { requireJob } from "./require-job.ts";
import type { Services } from "./services.ts";

export const retryDead =
  (services: Services) =>
  async (
    request: RetryDeadRequest,
    context: HandlerContext,
  ): Promise<MessageInitShape<typeof RetryDeadResponseSchema>> => {
    const { owner } = await requireOwner(services, context);
    const { jobId } = await requireJob(services, owner, jobField("job_id", request.jobId));
    return { revived: await services.queue.reviveDead(owner, jobId) };
  };
