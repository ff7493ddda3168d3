/** GetJob: a job with all its tasks and their attempts. */
import type { HandlerContext } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { GetJobRequest, GetJobResponseSchema } from "../../src/gen/proving/v1/job_pb.ts";
import { requireOwner } from "./caller.ts";
import { jobField } from "./fields.ts";
import { jobMessage } from "./job-message.ts";
import { requireJob } from "./require-job.ts";
import type { Services } from "./services.ts";

export const getJob =
  (services: Services) =>
  async (
    request: GetJobRequest,
    context: HandlerContext,
  ): Promise<MessageInitShape<typeof GetJobResponseSchema>> => {
    const { owner } = await requireOwner(services, context);
    const job = await requireJob(services, owner, jobField("job_id", request.jobId));
    return { job: await jobMessage(services, job) };
  };
