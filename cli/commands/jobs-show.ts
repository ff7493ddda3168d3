/** `jobs show ID`: one job with its tasks and what became of each attempt. */
import type { Command } from "commander";
import type { Job } from "../../src/gen/proving/v1/job_pb.ts";
import { CALL_TIMEOUT_MS, connect } from "../connection.ts";
import type { Context, Definition } from "../context.ts";
import { CliFailure, type ExitName } from "../failure.ts";
import { jobLine } from "../job-text.ts";
import { jobRecord, stateWord } from "../records.ts";
import { countText, durationText, tableText } from "../text.ts";

export const jobsShowCommand: Definition = ({ command, run }) =>
  command("show")
    .description("show a job, its tasks and their attempts")
    .argument("<job-id>")
    .action((jobId: string, _options: object, self: Command) =>
      run(self, (context) => showJob(jobId, context)),
    );

const showJob = async (jobId: string, context: Context): Promise<ExitName> => {
  const connection = await connect("owner", context.options, context);
  const call = { timeoutMs: CALL_TIMEOUT_MS, signal: context.world.signal };
  const { job } = await connection.jobs.getJob({ jobId }, call);
  if (job === undefined) throw new CliFailure({ exit: "notFound", message: `no job "${jobId}"` });
  const rows = job.tasks.map((task) => [
    task.index,
    task.taskId,
    stateWord(task.state),
    countText(task.attempts.length, "attempt"),
    task.reason,
  ]);
  const lines = [jobLine(job), ...waitText(job), tableText(rows)];
  context.output.result(lines.join("\n"), jobRecord(job));
  return "ok";
};

const waitText = (job: Job): readonly string[] => {
  if (job.estimateHighMs === 0n) return [];
  const low = durationText(Number(job.estimateLowMs));
  const high = durationText(Number(job.estimateHighMs));
  return [`${job.queuePosition} tasks before it, done in ${low} to ${high}`];
};
