/**
 * Who takes part in `npm run bench:prove`. Both tables are read by the benchmark, which knows only ids and labels, and by the
 * pages' workers, which open what is named: each entry imports its code when it is opened, and no earlier.
 *
 * The core engine takes part once with each kernel, whose name is its id: what `--kernels` takes.
 */
import { kernelNames, type KernelName } from "../../src/domain/engine.ts";
import type { Competitor, Prover } from "./competitor.ts";
import type { PrimitiveEngine } from "./primitives.ts";

/** The prover, and the primitives, that all others are compared with. */
export const baseline = "snarkjs-single";

const corePrimitives = (kernel: KernelName): Competitor<PrimitiveEngine> => ({
  id: kernel,
  label: `our core on the kernel ${kernel}`,
  open: async () => (await import("./core-primitives.ts")).openCorePrimitives(kernel),
});

const core = (kernel: KernelName): Competitor<Prover> => ({
  id: kernel,
  label: `our core on the kernel ${kernel}`,
  open: async () => (await import("./core.ts")).openCore(kernel),
});

export const provers: readonly Competitor<Prover>[] = [
  {
    id: baseline,
    label: "snarkjs 0.7.6, `groth16.prove` with `singleThread`",
    open: async () => (await import("./snarkjs-provers.ts")).openPlainSnarkjs(),
  },
  {
    id: "snarkjs-engine",
    label: "snarkjs 0.7.6 as our engine: its curve is built once",
    open: async () => (await import("./snarkjs-provers.ts")).openSnarkjsEngine(),
  },
  ...kernelNames.map(core),
];

export const primitiveEngines: readonly Competitor<PrimitiveEngine>[] = [
  {
    id: baseline,
    label: "ffjavascript 0.3.1 and wasmcurves 0.2.2, as in snarkjs 0.7.6",
    open: async () => (await import("./ffjavascript.ts")).openFfjavascript(),
  },
  ...kernelNames.map(corePrimitives),
];
