/** Proofs are checked by snarkjs in Node.js, which no competitor runs in: only what holds counts. */
import { openSnarkjs } from "../../src/prover/engine/snarkjs.ts";
import type { ProvingCircuit } from "./circuits.ts";
import type { ProofRun } from "./protocol.ts";

/** The run's duration in ms. */
export type Check = (circuit: ProvingCircuit, competitor: string, run: ProofRun) => Promise<number>;

/** What it gives throws when a proof does not hold or is of other public signals than the circuit's. */
export const openCheck = async (): Promise<Check> => {
  const snarkjs = await openSnarkjs();
  return async ({ id, vkeyJson, publicSignals }, competitor, { ms, proofs }) => {
    for (const proof of proofs) {
      const bytes = Buffer.from(proof.hex, "hex");
      const isOurs = proof.publicSignals.join() === publicSignals.join();
      if (isOurs && (await snarkjs.verify({ vkeyJson, publicSignals, bytes }))) continue;
      throw new Error(`${competitor} made a proof of ${id} that does not hold`);
    }
    return ms;
  };
};
