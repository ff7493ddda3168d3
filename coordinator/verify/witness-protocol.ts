/** The boundary between the coordinator and a process that computes one witness: types only. */
import type { InputJob } from "./check-input.ts";
import type { Reproduction } from "./verifier.ts";

export type ToWitnessProcess = {
  readonly job: InputJob;
  /** Resident memory at which the process ends itself. */
  readonly capBytes: number;
};

export type FromWitnessProcess =
  { readonly type: "ready" } | { readonly type: "outcome"; readonly outcome: Reproduction };
