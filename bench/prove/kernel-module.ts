/** A kernel's module, fetched and compiled: part of a first proof's time, and of nothing else's. */
import { kernels } from "virtual:kernels";
import type { Curve } from "../../src/domain/circuit.ts";
import type { KernelName } from "../../src/domain/engine.ts";
import type { CoreModule } from "../../src/groth16/open-core.ts";

/** For memory that is shared or not. Undefined when this browser does not take the kernel's instructions. */
export const openModule = async (
  curve: Curve,
  kernel: KernelName,
  { shared }: { readonly shared: boolean } = { shared: false },
): Promise<CoreModule | undefined> => {
  const found = kernels.find(({ layout }) => layout.curve === curve && layout.kernel === kernel);
  if (found === undefined) throw new Error(`no module ${curve}.${kernel} was built`);
  const { layout, url, sharedUrl } = found;
  const bytes = await (await fetch(shared ? sharedUrl : url)).arrayBuffer();
  if (!WebAssembly.validate(bytes)) return undefined;
  return { layout, module: await WebAssembly.compile(bytes), shared };
};
