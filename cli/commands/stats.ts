/** `stats`: nodes, queue and rate of the whole network. */
import type { Command } from "commander";
import type { NetworkStats } from "../../src/gen/proving/v1/network_pb.ts";
import { CALL_TIMEOUT_MS, connect } from "../connection.ts";
import type { Context, Definition } from "../context.ts";
import type { ExitName } from "../failure.ts";
import { statsRecord } from "../records.ts";
import { countText, durationText, tableText } from "../text.ts";

type StatsOptions = { readonly watch?: boolean };

export const statsCommand: Definition = ({ command, run }) =>
  command("stats")
    .description("show nodes, queue and rate of the whole network")
    .option("--watch", "go on, once a second while anything changes")
    .action((options: StatsOptions, self: Command) =>
      run(self, (context) => stats(options, context)),
    );

const stats = async ({ watch }: StatsOptions, context: Context): Promise<ExitName> => {
  const connection = await connect("none", context.options, context);
  const { signal } = context.world;
  if (watch !== true) {
    const answer = await connection.network.getStats({}, { timeoutMs: CALL_TIMEOUT_MS, signal });
    if (answer.stats !== undefined) tell(answer.stats, context);
    return "ok";
  }
  for await (const message of connection.network.watchStats({}, { signal })) {
    if (message.stats !== undefined) tell(message.stats, context);
  }
  return "ok";
};

const tell = (figures: NetworkStats, { output }: Context): void =>
  output.result(statsText(figures), statsRecord(figures));

const statsText = (figures: NetworkStats): string => {
  const oldest =
    figures.tasksQueued === 0
      ? ""
      : `, the oldest for ${durationText(Number(figures.oldestQueuedMs))}`;
  const lines = [
    `nodes    ${figures.nodesActive} active, ${figures.nodesSuspect} suspect`,
    `tasks    ${figures.tasksQueued} queued${oldest}; ${figures.tasksLeased} being proven`,
    `proofs   ${figures.acceptedLastMinute} in the last minute, ${figures.acceptedTotal} in all; ` +
      `${countText(Number(figures.failedTotal), "task")} failed`,
  ];
  if (figures.circuits.length === 0) return lines.join("\n");
  const head = ["circuit", "queued", "proving", "accepted", "p50", "p95"];
  const rows = figures.circuits.map((circuit) => [
    circuit.circuitId,
    circuit.queued,
    circuit.leased,
    Number(circuit.accepted),
    circuit.proofMsP50 === 0 ? "-" : durationText(circuit.proofMsP50),
    circuit.proofMsP95 === 0 ? "-" : durationText(circuit.proofMsP95),
  ]);
  return [...lines, "", tableText([head, ...rows])].join("\n");
};
