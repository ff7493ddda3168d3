import type { KernelName } from "../domain/engine.ts";

/** Another one makes proofs by other steps; kernels are named beside it. */
const CORE_VERSION = "1.0";

/** What reports and the screens call this core on a kernel: "core 1.0 fma2". */
export const coreName = (kernel: KernelName): string => `core ${CORE_VERSION} ${kernel}`;
