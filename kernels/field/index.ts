/** Which field kernels there are. */
import type { ConstantPool } from "../constants.ts";
import { ext4 } from "./ext4.ts";
import type { Field, KernelId } from "./field.ts";
import { fma2 } from "./fma2.ts";
import { scalar9 } from "./scalar9.ts";
import { wide4 } from "./wide4.ts";

export type FieldParts = { readonly modulus: bigint; readonly pool: ConstantPool };

const kernels: Readonly<Record<KernelId, (parts: FieldParts) => Field>> = {
  wide4,
  fma2,
  ext4,
  scalar9,
};

/** The field of integers modulo an odd prime of at most 381 bits, on one kernel. */
export const createField = (kernel: KernelId, parts: FieldParts): Field => kernels[kernel](parts);
