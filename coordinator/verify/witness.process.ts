/**
 * Entry of a process that computes one witness: foreign WASM that may loop or eat memory. Says "ready", gets one job and
 * the memory cap, answers, and is ended by whoever started it.
 */
import { NodeFailure } from "../../src/domain/failure.ts";
import { computeWitness } from "./compute-witness.ts";
import { startThread } from "./isolation.ts";
import type { FromWitnessProcess, ToWitnessProcess } from "./witness-protocol.ts";

const send = (message: FromWitnessProcess): void => {
  process.send?.(message);
};

const guardMemory = async (capBytes: number): Promise<void> => {
  const guard = startThread(new URL("./memory-guard.worker.ts", import.meta.url), {
    argument: capBytes,
  });
  guard.unref();
  await new Promise((resolve, reject) => {
    guard.once("message", resolve);
    guard.once("error", reject);
  });
};

const run = async ({ job, capBytes }: ToWitnessProcess): Promise<void> => {
  try {
    await guardMemory(capBytes);
    send({ type: "outcome", outcome: await computeWitness(job) });
  } catch (reason) {
    const { message } = NodeFailure.from(reason);
    send({ type: "outcome", outcome: { outcome: "inconclusive", reason: message } });
  }
};

process.once("message", (message: ToWitnessProcess) => void run(message));
// The parent is gone: nobody wants the answer.
process.once("disconnect", () => process.exit(0));
send({ type: "ready" });
