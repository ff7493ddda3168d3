import type { KernelLayout } from "../../kernels/layout.ts";
import type { Kernel } from "./kernel.ts";
import { createG1Sums, createG2Sums, type MsmCore } from "./msm.ts";
import { openQuotient, type QuotientCore } from "./quotient.ts";
import { writeQuotient } from "./write-quotient.ts";

/** One instance of a kernel module, and the memory that it works on. */
export type ModuleCore = MsmCore & QuotientCore & { readonly layout: KernelLayout };

/** The pipeline's arithmetic by one instance of a kernel module. */
export const createModuleKernel = (core: ModuleCore): Kernel => ({
  shape: core.layout,
  g1: createG1Sums(core),
  g2: createG2Sums(core),
  writeQuotient: (coefficients, places) => writeQuotient(core, coefficients, places),
  openQuotient: (places) => openQuotient(core, places),
});
