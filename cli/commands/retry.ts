/** `retry ID`: queues the tasks again that died of lost attempts. */
import type { Command } from "commander";
import { CALL_TIMEOUT_MS, connect } from "../connection.ts";
import type { Context, Definition } from "../context.ts";
import type { ExitName } from "../failure.ts";
import { countText } from "../text.ts";

export const retryCommand: Definition = ({ command, run }) =>
  command("retry")
    .description("queue those tasks of a job again that died of lost attempts")
    .argument("<job-id>")
    .action((jobId: string, _options: object, self: Command) =>
      run(self, (context) => retry(jobId, context)),
    );

const retry = async (jobId: string, context: Context): Promise<ExitName> => {
  const connection = await connect("owner", context.options, context);
  const call = { timeoutMs: CALL_TIMEOUT_MS, signal: context.world.signal };
  const { revived } = await connection.jobs.retryDead({ jobId }, call);
  const record = { job_id: jobId, revived };
  context.output.result(`${jobId}  ${countText(revived, "task")} queued again`, record);
  return "ok";
};
