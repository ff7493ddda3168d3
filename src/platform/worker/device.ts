/** What this browser is: for the registration, the About panel and the limits of the settings. */
import { memoryBudgetBytes as budgetOf } from "../../domain/memory-budget.ts";

declare const __VERSION__: string;
declare const __COMMIT__: string;

/** The smallest module with a SIMD instruction: (func (result v128) (i32x4.splat (i32.const 0)) ...). */
const simdModule = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15,
  253, 98, 11,
]);

export const about = {
  version: __VERSION__,
  commit: __COMMIT__,
  cores: Math.max(1, navigator.hardwareConcurrency),
  crossOriginIsolated: globalThis.crossOriginIsolated,
  secureContext: globalThis.isSecureContext,
  simd: WebAssembly.validate(simdModule),
  platform: navigator.userAgent,
};

/** Bytes for proving. */
export const memoryBudgetBytes = budgetOf(navigator);
