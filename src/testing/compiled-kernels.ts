/** The product's kernels as a page gets them, and ones with something wrong in them. */
import { builtKernels } from "../../scripts/kernel-cache.ts";
import type { CompiledKernel } from "../artifacts/protocol.ts";
import type { Curve } from "../domain/circuit.ts";
import type { KernelName } from "../domain/engine.ts";
import { withWrongConstant } from "./wrong-constant.ts";

export type Wanted = { readonly shared?: boolean; readonly lying?: boolean };

/** A kernel that every engine runs in which tests run. */
export const compiledKernel = (
  curve: Curve,
  kernel: Extract<KernelName, "ext4" | "scalar9">,
  { shared = false, lying = false }: Wanted = {},
): CompiledKernel => {
  const built = builtKernels().find(({ name }) => name === `${curve}.${kernel}`);
  if (built === undefined) throw new Error(`there is no ${kernel} of ${curve}`);
  const bytes = Uint8Array.from(shared ? built.shared : built.own);
  const module = new WebAssembly.Module(lying ? withWrongConstant(bytes) : bytes);
  return { layout: built.layout, module, shared };
};
