/** A kernel's sums at work in this thread, for tests: without transforms and matrices. */
import { ModuleBuilder } from "../../kernels/asm/index.ts";
import { createConstantPool } from "../../kernels/constants.ts";
import { curveParameters } from "../../kernels/curves.ts";
import type { KernelId } from "../../kernels/field/field.ts";
import { createField } from "../../kernels/field/index.ts";
import type { CurveId } from "../../kernels/layout.ts";
import { emitMsm } from "../../kernels/msm/msm.ts";
import { CoreMemory } from "../groth16/memory.ts";
import type { MsmCore } from "../groth16/msm.ts";

type Compiled = {
  readonly layout: MsmCore["layout"];
  readonly heapBase: number;
  /** Undefined where the engine lacks the kernel's instructions. */
  readonly module: WebAssembly.Module | undefined;
};

/** Building a module takes longer than most sums. */
const compiled = new Map<string, Compiled>();

/** Undefined, and said so, where the engine lacks the kernel's instructions. */
export const openMsmCore = (curve: CurveId, kernel: KernelId): MsmCore | undefined => {
  const name = `${curve}.${kernel}`;
  const made = compiled.get(name) ?? compile(curve, kernel);
  compiled.set(name, made);
  const { module, layout, heapBase } = made;
  if (module === undefined) {
    process.stdout.write(`skipped: this engine does not run ${name}\n`);
    return undefined;
  }
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65_536 });
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const exports = instance.exports as unknown as MsmCore["exports"];
  return { exports, layout, memory: new CoreMemory(memory, heapBase) };
};

const compile = (curve: CurveId, kernel: KernelId): Compiled => {
  const name = `${curve}.${kernel}`;
  const builder = new ModuleBuilder({ name, memory: { min: 2, max: 65_536, shared: false } });
  const pool = createConstantPool(builder, { start: 64, limit: 65_536 });
  const curveName = curve === "bn128" ? "bn254" : "bls12381";
  const fq = createField(kernel, { modulus: curveParameters[curveName].q, pool });
  emitMsm(builder, { fq, curve: curveName });
  const layout = { curve, lanes: fq.lanes, g1Bytes: 2 * fq.bytes, g2Bytes: 4 * fq.bytes };
  const bytes = builder.encode();
  const module = WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined;
  return { layout, heapBase: pool.end(), module };
};
