/** Proves on one curve with one kernel, and keeps the key of the last circuit prepared. */
import type { Curve } from "../domain/circuit.ts";
import { NodeFailure } from "../domain/failure.ts";

import { drawBlinding } from "./blinding.ts";
import { proveWithCore, type CoreTools } from "./groth16.ts";
import type { MemoryMark } from "./memory.ts";
import type { CoreProof } from "./proof.ts";
import { prepareKey, type PreparedKey } from "./prepared-key.ts";
import type { FillRandom } from "./random-scalar.ts";
import type { CoreStep } from "./steps.ts";
import { readWtns } from "./wtns.ts";
import { readZkey } from "./zkey.ts";

export type CoreProver = {
  /** @throws NodeFailure "artifact" for a key or witness that is malformed or gives no proof, "out_of_memory". */
  readonly prove: (job: CoreProofJob) => Promise<CoreProof>;
};

export type CoreProofJob = {
  readonly curve: Curve;
  /** A whole .zkey file; may lie in shared memory. */
  readonly zkey: Uint8Array;
  /** A whole .wtns file. */
  readonly wtns: Uint8Array;
  /** Tells one key from another: the SHA-256 of the zkey. */
  readonly keyId: string;
  readonly onStep: (name: CoreStep) => void;
};

export type CoreProverTools = CoreTools & { readonly fillRandom: FillRandom };

/** One proof at a time. Everything above `tools.memory`'s mark of now is the prover's. */
export const createCoreProver = (tools: CoreProverTools): CoreProver => {
  const { memory } = tools;
  const start: MemoryMark = memory.mark();
  let kept: { readonly id: string; readonly key: PreparedKey } | undefined;

  const open = (job: CoreProofJob): PreparedKey => {
    if (kept?.id === job.keyId) return kept.key;
    // Let go of the one before: two large keys at once may not fit.
    kept = undefined;
    memory.release(start);
    job.onStep("prepare key");
    const zkey = readZkey(job.zkey);
    if (zkey.curve !== job.curve) {
      throw new NodeFailure(
        "artifact",
        `the zkey is of curve ${zkey.curve}; the circuit is of ${job.curve}`,
      );
    }
    const key = prepareKey(zkey, tools);
    kept = { id: job.keyId, key };
    return key;
  };

  return {
    prove: async (job) => {
      const key = open(job);
      const wtns = readWtns(job.wtns, key);
      const blinding = drawBlinding(job.curve, tools.fillRandom);
      try {
        return await proveWithCore({ key, wtns, blinding, onStep: job.onStep }, tools);
      } catch (reason) {
        // What stopped in the middle may have left anything in memory.
        kept = undefined;
        throw NodeFailure.from(reason);
      }
    },
  };
};
