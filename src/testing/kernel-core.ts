/** A kernel module at work in this thread, for tests. */
import type { KernelId } from "../../kernels/field/field.ts";
import type { CurveId, KernelLayout } from "../../kernels/layout.ts";
import { buildKernelModule } from "../../kernels/modules.ts";
import { CoreMemory } from "../groth16/memory.ts";
import type { CoreModule } from "../groth16/open-core.ts";
import type { SelfTestCore } from "../groth16/self-test.ts";

export type TestCore = SelfTestCore & { readonly layout: KernelLayout };

type Compiled = {
  readonly layout: KernelLayout;
  /** Undefined where the engine lacks the kernel's instructions. */
  readonly module: WebAssembly.Module | undefined;
};

/** Building a module takes longer than most tests. */
const compiled = new Map<string, Compiled>();

const compile = (curve: CurveId, kernel: KernelId): Compiled => {
  const key = `${curve}.${kernel}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const { bytes, layout, name } = buildKernelModule(curve, kernel);
  const valid = WebAssembly.validate(bytes);
  if (!valid) process.stdout.write(`skipped: this engine does not run ${name}\n`);
  const made = { layout, module: valid ? new WebAssembly.Module(bytes) : undefined };
  compiled.set(key, made);
  return made;
};

/** A kernel for a memory of its own. Undefined, and said so, where the engine lacks the kernel's instructions. */
export const openTestModule = (curve: CurveId, kernel: KernelId): CoreModule | undefined => {
  const { layout, module } = compile(curve, kernel);
  return module === undefined ? undefined : { layout, module, shared: false };
};

/** Undefined, and said so, where the engine lacks the kernel's instructions. */
export const openTestCore = (curve: CurveId, kernel: KernelId): TestCore | undefined => {
  const { layout, module } = compile(curve, kernel);
  if (module === undefined) return undefined;
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65_536 });
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const exports = instance.exports as unknown as TestCore["exports"];
  return { exports, layout, memory: new CoreMemory(memory, layout.heapBase) };
};
