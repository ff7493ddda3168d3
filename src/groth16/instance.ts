import type { SelfTestCore } from "./self-test.ts";

/** An instance of a kernel module on `memory`, which must be shared if and only if the module imports it so. */
export const instantiateKernel = (
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): SelfTestCore["exports"] => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  // What kernels/modules.ts exports, which layout.ts describes.
  return exports as unknown as SelfTestCore["exports"];
};
