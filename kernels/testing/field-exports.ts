/** The exported arithmetic of one field on one kernel, by itself, on arrays of BigInt. */
import { ModuleBuilder } from "../asm/index.ts";
import { createConstantPool } from "../constants.ts";
import { emitArithmeticExports, emitFieldExports } from "../field/exports.ts";
import type { Field, KernelId } from "../field/field.ts";
import { createField } from "../field/index.ts";
import type { FieldExports } from "../layout.ts";
import { fq2Arithmetic } from "../tower/fq2.ts";
import { readWords, writeWords } from "./field-lab.ts";

/** Arrays lie this far apart, the result first. */
const ROOM = 65_536;
const PAGES = 8;

export type OpenField = {
  readonly field: Field;
  readonly exports: FieldExports;
  readonly view: DataView;
};

/** Undefined, and said so, where the engine lacks the kernel's instructions. */
export const openField = (kernel: KernelId, modulus: bigint): OpenField | undefined => {
  const limits = { min: PAGES, max: PAGES, shared: false };
  const module = new ModuleBuilder({ name: kernel, memory: limits });
  const pool = createConstantPool(module, { start: 64, limit: ROOM });
  const field = createField(kernel, { modulus, pool });
  emitFieldExports(module, "fq", field);
  emitArithmeticExports(module, {
    prefix: "fq2",
    arithmetic: (f) => fq2Arithmetic(field.emitter(f)),
  });
  const bytes = module.encode();
  if (!WebAssembly.validate(bytes)) {
    process.stdout.write(`skipped: this engine does not run ${kernel}\n`);
    return undefined;
  }
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const exports = instance.exports as unknown as FieldExports;
  return { field, exports, view: new DataView(memory.buffer) };
};

/** What the items of an array are, and their values; an element of Fq2 is two of Fq. */
export type Column = { readonly kind: Kind; readonly values: readonly bigint[] };
type Kind = "element" | "flag" | "words";

/** Calls an exported operation on arrays; of Fq2 they have half as many items. @returns the array that it wrote. */
export const callOnArrays = (
  { view, exports, field }: OpenField,
  name: keyof FieldExports,
  { inputs, out }: { readonly inputs: readonly Column[]; readonly out: Kind },
): readonly bigint[] => {
  const columns = inputs.map(({ kind, values }, index) => {
    const address = ROOM * (2 + index);
    const { bytes, write } = formatOf(field, kind);
    values.forEach((value, item) => write(view, address + bytes * item, value));
    return { address, count: values.length };
  });
  const degree = name.startsWith("fq2") ? 2 : 1;
  const values = columns[0]?.count ?? 0;
  exports[name](ROOM, ...columns.map(({ address }) => address), values / degree);
  const { bytes, read } = formatOf(field, out);
  const count = out === "flag" ? values / degree : values;
  return Array.from({ length: count }, (_, item) => read(view, ROOM + bytes * item));
};

const formatOf = (field: Field, kind: Kind): Pick<Field, "bytes" | "read" | "write"> => {
  const bytes = field.wordBytes;
  switch (kind) {
    case "element":
      return field;
    case "words":
      return {
        bytes,
        write: (view, address, value) => writeWords(view, address, { value, bytes }),
        read: (view, address) => readWords(view, address, bytes),
      };
    case "flag":
      return {
        bytes: 4,
        write: (view, address, value) => view.setUint32(address, Number(value), true),
        read: (view, address) => BigInt(view.getUint32(address, true)),
      };
  }
};
