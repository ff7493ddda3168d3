/** CancelJob: cancels what is not final; nodes that work on it are told to stop. */
import type { HandlerContext } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CancelJobRequest, CancelJobResponseSchema } from "../../src/gen/proving/v1/job_pb.ts";
import { requireOwner } from "./caller.ts";
import { jobField } from "./fields.ts";
import { requireJob } from "./require-job.ts";
import type { Services } from "./services.ts";

export const cancelJob =
  (services: Services) =>
  async (
    request: CancelJobRequest,
    context: HandlerContext,
  ): Promise<MessageInitShape<typeof CancelJobResponseSchema>> => {
    const { owner } = await requireOwner(services, context);
    const { jobId } = await requireJob(services, owner, jobField("job_id", request.jobId));
    const cancelled = await services.queue.cancel(owner, jobId);
    services.log.info("Job cancelled", { job_id: jobId, tasks: cancelled.tasks });
    return { cancelled: cancelled.tasks };
  };
