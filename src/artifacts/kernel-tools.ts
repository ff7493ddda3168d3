/** What choosing among kernels needs of its surroundings: types only. */
import type { KernelLayout } from "../../kernels/layout.ts";
import type { Network } from "./network.ts";

/** A kernel that this build of the page has. */
export type OfferedKernel = {
  readonly layout: KernelLayout;
  /** A tiny module that needs what the kernel needs: see kernels/probe.ts. */
  readonly probe: Uint8Array<ArrayBuffer>;
  /** The module for a memory of its own, and for one that is shared. */
  readonly url: string;
  readonly sharedUrl: string;
};

export type KernelTools = {
  readonly network: Network;
  readonly offered: readonly OfferedKernel[];
  /** Cross-origin isolated: kernels work on shared memory. */
  readonly isolated: boolean;
};
