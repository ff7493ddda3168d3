/** A job of this owner, or NOT_FOUND: jobs of others do not exist for them. */
import { CoordinatorFailure } from "../failure.ts";
import type { JobRow } from "../queue/queue.ts";
import type { JobId } from "../../src/domain/ids.ts";
import type { Services } from "./services.ts";

export const requireJob = async (
  services: Pick<Services, "queue">,
  owner: string,
  jobId: JobId,
): Promise<JobRow> => {
  const job = await services.queue.job(owner, jobId);
  if (job !== undefined) return job;
  throw new CoordinatorFailure({
    kind: "not-found",
    reason: "JOB_UNKNOWN",
    field: "job_id",
    problem: `there is no job "${jobId}" of this owner`,
    remedy: "it must be a job_id that SubmitJob or ListJobs gave",
  });
};
