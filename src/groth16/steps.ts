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

export type CoreStep = (typeof coreSteps)[number]["name"];
