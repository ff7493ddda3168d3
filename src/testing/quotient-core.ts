/** A kernel's transforms and matrices at work in this thread, for tests: without its curves, which take long to build. */
import { ModuleBuilder } from "../../kernels/asm/index.ts";
import { createConstantPool } from "../../kernels/constants.ts";
import { curveParameters } from "../../kernels/curves.ts";
import type { Field, KernelId } from "../../kernels/field/field.ts";
import { createField } from "../../kernels/field/index.ts";
import type { CurveId } from "../../kernels/layout.ts";
import { emitMatrix } from "../../kernels/matrix/matrix.ts";
import { emitNtt } from "../../kernels/ntt/ntt.ts";
import { CoreMemory } from "../groth16/memory.ts";
import type { QuotientCore } from "../groth16/quotient.ts";

export type QuotientTestCore = QuotientCore & { readonly fr: Field };

type Compiled = {
  readonly fr: Field;
  readonly heapBase: number;
  /** Undefined where the engine lacks the kernel's instructions. */
  readonly module: WebAssembly.Module | undefined;
};

const compiled = new Map<string, Compiled>();

const compile = (curve: CurveId, kernel: KernelId): Compiled => {
  const name = `${curve}.${kernel}`;
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const builder = new ModuleBuilder({ name, memory: { min: 2, max: 65_536, shared: false } });
  const pool = createConstantPool(builder, { start: 64, limit: 65_536 });
  const { r } = curveParameters[curve === "bn128" ? "bn254" : curve];
  const fr = createField(kernel, { modulus: r, pool });
  emitNtt(builder, fr);
  emitMatrix(builder, fr);
  const bytes = builder.encode();
  const valid = WebAssembly.validate(bytes);
  if (!valid) process.stdout.write(`skipped: this engine does not run ${name}\n`);
  const module = valid ? new WebAssembly.Module(bytes) : undefined;
  const made = { fr, heapBase: pool.end(), module };
  compiled.set(name, made);
  return made;
};

/** Undefined, and said so, where the engine lacks the kernel's instructions. */
export const openQuotientCore = (
  curve: CurveId,
  kernel: KernelId,
): QuotientTestCore | undefined => {
  const { fr, heapBase, module } = compile(curve, kernel);
  if (module === undefined) return undefined;
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65_536 });
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const exports = instance.exports as unknown as QuotientTestCore["exports"];
  const layout = { curve, lanes: fr.lanes, frBytes: fr.bytes };
  return { exports, layout, fr, memory: new CoreMemory(memory, heapBase) };
};
