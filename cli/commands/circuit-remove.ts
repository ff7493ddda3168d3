/** `circuit remove ID`: takes a circuit away; its open tasks are cancelled. */
import type { Command } from "commander";
import { CALL_TIMEOUT_MS, connect } from "../connection.ts";
import type { Context, Definition } from "../context.ts";
import type { ExitName } from "../failure.ts";
import { countText } from "../text.ts";

export const circuitRemoveCommand: Definition = ({ command, run }) =>
  command("remove")
    .description("take a circuit away and cancel its open tasks (admin key)")
    .argument("<id>")
    .action((id: string, _options: object, self: Command) =>
      run(self, (context) => removeCircuit(id, context)),
    );

const removeCircuit = async (id: string, context: Context): Promise<ExitName> => {
  const connection = await connect("admin", context.options, context);
  const call = { timeoutMs: CALL_TIMEOUT_MS, signal: context.world.signal };
  const { cancelledTasks } = await connection.circuits.removeCircuit({ id }, call);
  context.output.result(`${id} removed, ${countText(cancelledTasks, "task")} cancelled`, {
    id,
    cancelled_tasks: cancelledTasks,
  });
  return "ok";
};
