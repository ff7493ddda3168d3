/**
 * Who takes part in `npm run bench:prove`. Both tables are read by the benchmark, which knows only ids and labels, and by the
 * pages' workers, which open what is named: each entry imports its code when it is opened, and no earlier.
 *
 * A kernel of the core engine joins with one line in each table, its id being the kernel's name: what `--kernels` takes.
 */
import type { KernelLayout } from "../../kernels/layout.ts";
import type { Competitor, Prover } from "./competitor.ts";
import type { PrimitiveEngine } from "./primitives.ts";

/** The prover, and the primitives, that all others are compared with. */
export const baseline = "snarkjs-single";

const core = (kernel: KernelLayout["kernel"]): Competitor<Prover> => ({
  id: kernel,
  label: `our core on the kernel ${kernel}`,
  open: async () => (await import("./core.ts")).openCore(kernel),
});

export const provers: readonly Competitor<Prover>[] = [
  {
    id: baseline,
    label: "snarkjs 0.7.6, `groth16.prove` with `singleThread`",
    open: async () => (await import("./plain-snarkjs.ts")).openPlainSnarkjs(),
  },
  {
    id: "snarkjs-engine",
    label: "snarkjs 0.7.6 as our engine: its curve is built once",
    open: async () => (await import("../../src/prover/engine/snarkjs.ts")).openSnarkjs(),
  },
  core("wide4"),
  core("fma2"),
  core("ext4"),
  core("scalar9"),
];

export const primitiveEngines: readonly Competitor<PrimitiveEngine>[] = [
  {
    id: baseline,
    label: "ffjavascript 0.3.1 and wasmcurves 0.2.2, as in snarkjs 0.7.6",
    open: async () => (await import("./ffjavascript.ts")).openFfjavascript(),
  },
];
