/** `circuit list`: the circuits that the coordinator serves. */
import type { Command } from "commander";
import { CALL_TIMEOUT_MS, connect } from "../connection.ts";
import type { Context, Definition } from "../context.ts";
import type { ExitName } from "../failure.ts";
import { circuitRecord } from "../records.ts";
import { bytesText, tableText } from "../text.ts";

export const circuitListCommand: Definition = ({ command, run }) =>
  command("list")
    .description("list the circuits that the coordinator serves")
    .action((_options: object, self: Command) => run(self, listCircuits));

const listCircuits = async (context: Context): Promise<ExitName> => {
  const connection = await connect("none", context.options, context);
  const call = { timeoutMs: CALL_TIMEOUT_MS, signal: context.world.signal };
  const { circuits } = await connection.circuits.listCircuits({}, call);
  if (context.output.json) {
    for (const circuit of circuits) context.output.result("", circuitRecord(circuit));
    return "ok";
  }
  const head = ["circuit", "version", "curve", "constraints", "public", "zkey", "key"];
  const rows = circuits.map((circuit) => [
    circuit.id,
    circuit.version,
    circuit.curve,
    circuit.constraints,
    circuit.publicSignals.length,
    bytesText(Number(circuit.zkey?.bytes ?? 0n)),
    circuit.signed ? circuit.setup : `${circuit.setup}, unsigned`,
  ]);
  context.output.result(tableText([head, ...rows]), {});
  return "ok";
};
