/** How a job reads in one line. */
import type { Job } from "../src/gen/proving/v1/job_pb.ts";
import { countsRecord } from "./records.ts";

/** The states that any task is in, e.g. "3 accepted, 1 failed". */
export const countsText = (counts: Job["counts"]): string =>
  Object.entries(countsRecord(counts))
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`)
    .join(", ");

export const jobLine = (job: Job): string => {
  const created = new Date(Number(job.createdAtMs)).toISOString();
  return `${job.jobId}  ${created}  ${job.circuitId}  ${countsText(job.counts)}`;
};
