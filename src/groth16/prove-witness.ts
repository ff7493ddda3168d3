import type { Team } from "../domain/team.ts";
import { drawBlinding } from "./blinding.ts";
import { proveWithCore } from "./groth16.ts";
import type { OpenCore } from "./open-core.ts";
import type { CoreProof } from "./proof.ts";
import type { FillRandom } from "./random-scalar.ts";
import type { CoreStep, OnCoreProgress } from "./steps.ts";
import { readWtns } from "./wtns.ts";

export type WitnessJob = {
  /** A whole .wtns file. */
  readonly wtns: Uint8Array;
  readonly onStep: (name: CoreStep) => void;
  readonly onProgress: OnCoreProgress;
  /** If other provers may help; their keys lie where this one's does. */
  readonly together?: { readonly team: Team; readonly now: () => number } | undefined;
};

export type WitnessTools = {
  readonly fillRandom: FillRandom;
  /** Lets the thread turn to its messages. */
  readonly turn: () => Promise<void>;
};

/**
 * Makes one proof, blinded anew. It is not verified: whoever calls this does that.
 *
 * @throws NodeFailure "artifact" for a witness that is malformed or gives no proof, "out_of_memory"; what a kernel traps with.
 */
export const proveWitness = async (
  { key, kernel, memory }: OpenCore,
  { wtns, together, ...steps }: WitnessJob,
  { fillRandom, turn }: WitnessTools,
): Promise<CoreProof> => {
  const job = {
    ...{ key, ...steps },
    wtns: readWtns(wtns, key),
    blinding: drawBlinding(key.curve, fillRandom),
    ...(together === undefined ? {} : { together: { ...together, kernel, memory, turn } }),
  };
  return proveWithCore(job, { kernel, memory });
};
