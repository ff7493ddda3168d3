import type { Stage } from "../domain/task.ts";

/** What a proof goes through, in order. */
export const coreSteps = [
  { name: "NTT", stage: "ntt" },
  { name: "MSM A", stage: "msm" },
  { name: "MSM B", stage: "msm" },
  { name: "MSM C", stage: "msm" },
  { name: "MSM H", stage: "msm" },
] as const satisfies readonly {
  readonly name: string;
  readonly stage: Extract<Stage, "ntt" | "msm">;
}[];

/**
 * Called between coarse computations with the share that is done: of the step that runs, or of all steps, where several
 * provers do them at once. It is waited for, as OnProgress is.
 */
export type OnCoreProgress = (share: number, of: "step" | "all") => void | Promise<void>;

export type CoreStep = (typeof coreSteps)[number]["name"];
