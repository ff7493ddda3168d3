/** One module for each curve and kernel: both of its fields, both of its groups, transforms and matrices. */
import { ModuleBuilder } from "./asm/index.ts";
import { createConstantPool } from "./constants.ts";
import { curveParameters, type CurveName } from "./curves.ts";
import type { KernelId } from "./field/field.ts";
import { emitArithmeticExports, emitFieldExports } from "./field/exports.ts";
import { createField } from "./field/index.ts";
import type { KernelLayout } from "./layout.ts";
import { emitMatrix } from "./matrix/matrix.ts";
import { emitMsm } from "./msm/msm.ts";
import { emitNtt } from "./ntt/ntt.ts";
import { fq2Arithmetic } from "./tower/fq2.ts";

export type GeneratedKernel = {
  /** "bn128.fma2". */
  readonly name: string;
  readonly layout: KernelLayout;
  /** The binary module, importing a memory that is shared or not. Costs little beside the generation. */
  readonly encode: (shared: boolean) => Uint8Array<ArrayBuffer>;
};

/** Bytes below are never given out, so that 0 is nobody's address. */
const CONSTANTS_START = 64;
const CONSTANTS_LIMIT = 65_536;
const ALIGNMENT = 64;
/** All that 32-bit addresses reach. */
const MAX_PAGES = 65_536;

/** snarkjs's names of the curves. */
const curveNames = { bn128: "bn254", bls12381: "bls12381" } as const satisfies Record<
  KernelLayout["curve"],
  CurveName
>;

/** @throws AssemblyError when a bound does not hold or the constants do not fit. */
export const generateKernel = (curve: KernelLayout["curve"], kernel: KernelId): GeneratedKernel => {
  const name = `${curve}.${kernel}`;
  const module = new ModuleBuilder({ name, memory: { min: 2, max: MAX_PAGES, shared: false } });
  const pool = createConstantPool(module, { start: CONSTANTS_START, limit: CONSTANTS_LIMIT });
  const { q, r } = curveParameters[curveNames[curve]];
  const fq = createField(kernel, { modulus: q, pool });
  const fr = createField(kernel, { modulus: r, pool });
  emitNtt(module, fr);
  emitMatrix(module, fr);
  emitMsm(module, { fq, curve: curveNames[curve] });
  emitFieldExports(module, "fq", fq);
  emitFieldExports(module, "fr", fr);
  emitArithmeticExports(module, { prefix: "fq2", arithmetic: (f) => fq2Arithmetic(fq.emitter(f)) });
  const layout: KernelLayout = {
    ...{ curve, kernel, lanes: fq.lanes, fqBytes: fq.bytes, frBytes: fr.bytes },
    g1Bytes: 2 * fq.bytes,
    g2Bytes: 4 * fq.bytes,
    heapBase: Math.ceil(pool.end() / ALIGNMENT) * ALIGNMENT,
  };
  return { name, layout, encode: (shared) => module.encode(shared) };
};

export type KernelModule = Omit<GeneratedKernel, "encode"> & {
  readonly bytes: Uint8Array<ArrayBuffer>;
};

/** One encoding of a kernel. @throws AssemblyError as `generateKernel`. */
export const buildKernelModule = (
  curve: KernelLayout["curve"],
  kernel: KernelId,
  { shared }: { readonly shared: boolean } = { shared: false },
): KernelModule => {
  const { name, layout, encode } = generateKernel(curve, kernel);
  return { name, layout, bytes: encode(shared) };
};
