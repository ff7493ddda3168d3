/** ListJobs: the owner's jobs, newest first, a page at a time. */
import type { HandlerContext } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ListJobsRequest, ListJobsResponseSchema } from "../../src/gen/proving/v1/job_pb.ts";
import { requireOwner } from "./caller.ts";
import { between, line } from "./fields.ts";
import { jobMessage } from "./job-message.ts";
import type { Services } from "./services.ts";

const DEFAULT_PAGE = 50;
const LARGEST_PAGE = 200;
const TOKEN_CHARACTERS = 128;

export const listJobs =
  (services: Services) =>
  async (
    request: ListJobsRequest,
    context: HandlerContext,
  ): Promise<MessageInitShape<typeof ListJobsResponseSchema>> => {
    const { owner } = await requireOwner(services, context);
    const asked = between("page_size", request.pageSize, [0, LARGEST_PAGE]);
    const page = await services.queue.jobs(owner, {
      size: asked === 0 ? DEFAULT_PAGE : asked,
      token: line("page_token", request.pageToken, TOKEN_CHARACTERS),
    });
    return {
      jobs: await Promise.all(page.jobs.map((job) => jobMessage(services, job))),
      nextPageToken: page.nextToken,
    };
  };
