/** `jobs list`: the owner's jobs, newest first. */
import type { Command } from "commander";
import { CALL_TIMEOUT_MS, connect } from "../connection.ts";
import type { Context, Definition } from "../context.ts";
import type { ExitName } from "../failure.ts";
import { jobLine } from "../job-text.ts";
import { jobRecord } from "../records.ts";

export const jobsListCommand: Definition = ({ command, run }) =>
  command("list")
    .description("list your jobs")
    .action((_options: object, self: Command) => run(self, listJobs));

const PAGE_SIZE = 200;

const listJobs = async (context: Context): Promise<ExitName> => {
  const connection = await connect("owner", context.options, context);
  const call = { timeoutMs: CALL_TIMEOUT_MS, signal: context.world.signal };
  for (let pageToken = ""; ;) {
    const page = await connection.jobs.listJobs({ pageSize: PAGE_SIZE, pageToken }, call);
    for (const job of page.jobs) context.output.result(jobLine(job), jobRecord(job));
    pageToken = page.nextPageToken;
    if (pageToken === "") return "ok";
  }
};
