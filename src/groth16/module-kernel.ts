import type { Kernel } from "./kernel.ts";
import { createG1Sums, createG2Sums, type MsmCore } from "./msm.ts";
import { prepareQuotient, type QuotientCore } from "./quotient.ts";

/** One instance of a kernel module, and the memory that it works on. */
export type ModuleCore = MsmCore & QuotientCore;

/** The pipeline's arithmetic by one instance of a kernel module. */
export const createModuleKernel = (core: ModuleCore): Kernel => ({
  g1: createG1Sums(core),
  g2: createG2Sums(core),
  openQuotient: (matrices) => prepareQuotient(core, matrices),
});
