/** What proofs are made with, and how the choice among it came out on this device. */
import type { Curve } from "./circuit.ts";

/** Kernels of our own core by the instructions that they need, each described in kernels/field: from special to plain. */
export const kernelNames = ["wide4", "fma2", "ext4", "scalar9"] as const;
export type KernelName = (typeof kernelNames)[number];

/** The setting `engine`: the fastest that works here, or exactly this one. */
export const engineChoices = ["auto", ...kernelNames, "snarkjs"] as const;
export type EngineChoice = (typeof engineChoices)[number];

/** How one kernel fared on this device. */
export type KernelReport = {
  readonly curve: Curve;
  readonly kernel: KernelName;
  readonly outcome: KernelOutcome;
};

export type KernelOutcome =
  /** This browser lacks instructions that it needs. */
  | { readonly name: "unsupported" }
  /** It could not be fetched or compiled, or computed something else than it should. */
  | { readonly name: "failed"; readonly why: string }
  /** It is right; `nanoseconds` is what one addition of points takes with it, in a long row of them. */
  | { readonly name: "passed"; readonly nanoseconds: number };
