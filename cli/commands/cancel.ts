/** `cancel ID`: ends what is not final yet. */
import type { Command } from "commander";
import { CALL_TIMEOUT_MS, connect } from "../connection.ts";
import type { Context, Definition } from "../context.ts";
import type { ExitName } from "../failure.ts";
import { countText } from "../text.ts";

export const cancelCommand: Definition = ({ command, run }) =>
  command("cancel")
    .description("cancel those tasks of a job that are not final yet")
    .argument("<job-id>")
    .action((jobId: string, _options: object, self: Command) =>
      run(self, (context) => cancel(jobId, context)),
    );

const cancel = async (jobId: string, context: Context): Promise<ExitName> => {
  const connection = await connect("owner", context.options, context);
  const call = { timeoutMs: CALL_TIMEOUT_MS, signal: context.world.signal };
  const { cancelled } = await connection.jobs.cancelJob({ jobId }, call);
  const record = { job_id: jobId, cancelled };
  context.output.result(`${jobId}  ${countText(cancelled, "task")} cancelled`, record);
  return "ok";
};
