import type { CircuitFiles } from "../../artifacts/protocol.ts";
import type { ProveOutcome } from "../../prover/protocol.ts";
import type { PoolNeeds } from "./prover.ts";

/**
 * Says what an outcome says against an engine or against the circuit's files, so that the next task of the circuit does not
 * go the same way.
 */
export const tellDoubts = (
  { doubt, log }: Pick<PoolNeeds, "doubt" | "log">,
  outcome: ProveOutcome,
  { circuit }: CircuitFiles,
): void => {
  const about = { zkeyDigest: circuit.zkey.sha256, curve: circuit.curve };
  if (!outcome.ok) {
    if (outcome.cause === "artifact") doubt({ ...about, kernel: undefined });
    return;
  }
  for (const { engine, kernel, why } of outcome.distrusted) {
    log.error("Engine distrusted", { engine, circuit_type: circuit.id, reason: why });
    doubt({ ...about, kernel });
  }
};
