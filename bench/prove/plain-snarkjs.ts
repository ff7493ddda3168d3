/** snarkjs as its users call it for one thread: what this project's figures are compared with. */
import { groth16 } from "snarkjs";
import { recordMemories } from "../../src/prover/engine/recorded-memories.ts";
import { encodeProof } from "../../src/wire/proof.ts";
import type { Prover } from "./competitor.ts";

/** With `singleThread` snarkjs builds the curve anew for every proof, and its memory with it. */
export const openPlainSnarkjs = (): Prover => {
  let lastProofBytes = 0;
  return {
    prove: async ({ curve, zkey, wtns }) => {
      const { value, memories } = await recordMemories(() =>
        groth16.prove(zkey, wtns, undefined, { singleThread: true }),
      );
      lastProofBytes = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
      return { bytes: encodeProof(curve, value.proof), publicSignals: value.publicSignals };
    },
    memoryBytes: () => lastProofBytes,
  };
};
