import type { KernelOutcome } from "../domain/engine.ts";
import type { OfferedKernel } from "./kernel-tools.ts";

/** What is against a kernel before it is fetched; undefined = nothing. */
export const lackOf = ({ layout, probe }: OfferedKernel): KernelOutcome | undefined => {
  if (!WebAssembly.validate(probe)) return { name: "unsupported" };
  if (layout.kernel === "fma2" && !isFused(probe)) {
    return { name: "failed", why: "this machine rounds a relaxed multiply-add twice" };
  }
  return undefined;
};

type Rounded = (a: number, b: number, c: number) => number;

/**
 * Relaxed multiply-adds may be rounded once or twice, as the machine likes. `fma2` takes products apart by the difference:
 * (1 + 2^-27)^2 is 1 + 2^-26 + 2^-54, of which the last term is lost unless the sum alone is rounded.
 */
const isFused = (probe: Uint8Array<ArrayBuffer>): boolean => {
  const memory = new WebAssembly.Memory({ initial: 0, maximum: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(probe), { env: { memory } });
  // What kernels/probe.ts writes.
  const { madd, nmadd } = exports as { readonly madd: Rounded; readonly nmadd: Rounded };
  const factor = 1 + 2 ** -27;
  const rounded = 1 + 2 ** -26;
  return (
    madd(factor, factor, -rounded) === 2 ** -54 && nmadd(factor, factor, rounded) === -(2 ** -54)
  );
};
