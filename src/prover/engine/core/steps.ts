import type { EngineStep } from "../engine.ts";

/** What a proof goes through, in order. "prepare key" comes only with the first proof of a circuit. */
export const coreSteps = [
  { name: "prepare key", stage: "ntt" },
  { name: "NTT", stage: "ntt" },
  { name: "MSM A", stage: "msm" },
  { name: "MSM B", stage: "msm" },
  { name: "MSM C", stage: "msm" },
  { name: "MSM H", stage: "msm" },
] as const satisfies readonly Omit<EngineStep, "weight">[];

export type CoreStep = (typeof coreSteps)[number]["name"];
