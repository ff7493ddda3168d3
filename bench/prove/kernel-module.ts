/** A kernel's module as the page has it: fetched and compiled before anything is timed. */
import { kernels } from "virtual:kernels";
import type { CurveId, KernelLayout } from "../../kernels/layout.ts";
import type { CoreModule } from "../../src/groth16/open-core.ts";

/** Undefined when this browser does not take the kernel's instructions. */
export const openModule = async (
  curve: CurveId,
  kernel: KernelLayout["kernel"],
): Promise<CoreModule | undefined> => {
  const found = kernels.find(({ layout }) => layout.curve === curve && layout.kernel === kernel);
  if (found === undefined) throw new Error(`no module ${curve}.${kernel} was built`);
  const bytes = await (await fetch(found.url)).arrayBuffer();
  if (!WebAssembly.validate(bytes)) return undefined;
  return { layout: found.layout, module: await WebAssembly.compile(bytes), shared: false };
};
