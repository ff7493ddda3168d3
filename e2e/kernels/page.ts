/** A page with a kernel's module on it, and nothing else; tests drive it through `kernels` on the window. */
import { kernels as built } from "virtual:kernels";
import type { CurveId, FieldExports, KernelCall, KernelLayout } from "../../kernels/layout.ts";
import { coordinateBytes } from "../../src/domain/circuit.ts";
import { CoreMemory } from "../../src/groth16/memory.ts";
import type { ModuleCore } from "../../src/groth16/module-kernel.ts";
import { SCALAR_BYTES } from "../../src/groth16/zkey.ts";
import { openMsmRunner } from "../../src/testing/msm-runner.ts";
import type { MsmTerm, MsmVectors } from "../../src/testing/msm-vectors.ts";
import { withWrongConstant } from "../../src/testing/wrong-constant.ts";
import type { FieldCase } from "./field-cases.ts";

type Core = ModuleCore & {
  readonly layout: KernelLayout;
  readonly exports: ModuleCore["exports"] & FieldExports;
};

/** All that an address reaches, as the generator declares it. */
const MAX_PAGES = 65_536;

/** A module as it ships, the same for a shared memory, or one that differs from the first by a bit of a constant. */
export type Variant = "own" | "shared" | "wrong";

export type Which = {
  readonly curve: CurveId;
  readonly kernel: KernelLayout["kernel"];
  readonly variant: Variant;
};

const openCore = async ({ curve, kernel, variant }: Which): Promise<Core | undefined> => {
  const found = built.find(({ layout }) => layout.curve === curve && layout.kernel === kernel);
  if (found === undefined) throw new Error(`no module ${curve}.${kernel} was built`);
  const { layout } = found;
  const shared = variant === "shared";
  const response = await fetch(shared ? found.sharedUrl : found.url);
  const shipped = new Uint8Array(await response.arrayBuffer());
  const bytes = variant === "wrong" ? withWrongConstant(shipped) : shipped;
  if (!WebAssembly.validate(bytes)) return undefined;
  const memory = new WebAssembly.Memory({ initial: 64, maximum: MAX_PAGES, shared });
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  // What the generator wrote: its exports are the layout's.
  const exports = instance.exports as unknown as Core["exports"];
  return { exports, layout, memory: new CoreMemory(memory, layout.heapBase) };
};

const cores: Core[] = [];

const coreAt = (index: number): Core => {
  const core = cores[index];
  if (core === undefined) throw new Error(`there is no core ${index}`);
  return core;
};

/** An operation on arrays: integers are converted on the way in and out. */
class FieldRun {
  readonly #core: Core;
  readonly #base: "fq" | "fr";
  readonly #wordBytes: number;
  readonly #elementBytes: number;

  constructor(core: Core, { field }: FieldCase) {
    const { layout } = core;
    this.#core = core;
    this.#base = field === "fr" ? "fr" : "fq";
    this.#wordBytes = field === "fr" ? SCALAR_BYTES : coordinateBytes[layout.curve];
    this.#elementBytes = field === "fr" ? layout.frBytes : layout.fqBytes;
  }

  run({ field, operation, operands, flags }: FieldCase): Uint8Array {
    const { exports, memory } = this.#core;
    const elements = operands.map((words) => this.#elements(words));
    const values = (operands[0]?.length ?? 0) / this.#wordBytes;
    if (operation === undefined) return this.#words(elements[0] ?? 0, values);
    const count = field === "fq2" ? values / 2 : values;
    const out = memory.alloc(values * this.#elementBytes);
    const further = flags === undefined ? [] : [this.#place(flags)];
    // Every operation is there for Fq2 as well, but not every conversion.
    const call: KernelCall = exports[`${field}${operation}`];
    call(out, ...elements, ...further, count);
    if (operation === "Equal") return memory.u8().slice(out, out + 4 * count);
    return this.#words(out, values);
  }

  #place(bytes: Uint8Array): number {
    const { memory } = this.#core;
    const address = memory.alloc(bytes.length);
    memory.u8().set(bytes, address);
    return address;
  }

  #elements(words: Uint8Array): number {
    const { exports, memory } = this.#core;
    const from = this.#place(words);
    const count = words.length / this.#wordBytes;
    const into = memory.alloc(count * this.#elementBytes);
    exports[`${this.#base}FromWords`](into, from, count);
    return into;
  }

  #words(elements: number, count: number): Uint8Array {
    const { exports, memory } = this.#core;
    const into = memory.alloc(count * this.#wordBytes);
    exports[`${this.#base}ToWords`](into, elements, count);
    return memory.u8().slice(into, into + count * this.#wordBytes);
  }
}

const kernels = {
  /** The core's number; undefined when this browser does not take the module's instructions. */
  open: async (which: Which): Promise<number | undefined> => {
    const core = await openCore(which);
    return core === undefined ? undefined : cores.push(core) - 1;
  },

  field: (core: number, cases: readonly FieldCase[]): readonly Uint8Array[] =>
    cases.map((made) => {
      const { memory } = coreAt(core);
      const mark = memory.mark();
      const result = new FieldRun(coreAt(core), made).run(made);
      memory.release(mark);
      return result;
    }),

  /** The sum of each list of terms, as text. */
  sums: async (
    core: number,
    vectors: Pick<MsmVectors, "group" | "zkey" | "bases">,
    lists: readonly (readonly MsmTerm[])[],
  ): Promise<readonly string[]> => {
    const sum = openMsmRunner(coreAt(core), vectors);
    const texts: string[] = [];
    for (const terms of lists) texts.push(await sum(terms));
    return texts;
  },
};

export type Kernels = typeof kernels;

Reflect.set(globalThis, "kernels", kernels);
