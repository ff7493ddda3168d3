/** The kernels as scripts/kernel-modules.ts builds them. */
declare module "virtual:kernels" {
  // eslint-disable-next-line @typescript-eslint/consistent-type-imports -- an import statement would make this an augmentation
  type KernelLayout = import("../kernels/layout.ts").KernelLayout;

  export const kernels: readonly {
    readonly layout: KernelLayout;
    /** See kernels/probe.ts. */
    readonly probe: Uint8Array<ArrayBuffer>;
    /** The module for a memory of its own, and for one that is shared. */
    readonly url: string;
    readonly sharedUrl: string;
  }[];
}
