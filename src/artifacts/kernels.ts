/** Chooses among the kernels that this browser runs: by what they compute first, then by how fast they do. */
import type { Curve } from "../domain/circuit.ts";
import type { EngineChoice, KernelName, KernelReport } from "../domain/engine.ts";
import type { KernelTools, OfferedKernel } from "./kernel-tools.ts";
import type { ChosenKernels, CompiledKernel } from "./protocol.ts";

export type Kernels = {
  /** Those of a curve, tried when they are first asked for. Never rejects. */
  readonly of: (curve: Curve) => Promise<ChosenKernels>;
  /** A kernel that gave a wrong proof is the last to be used from now on. */
  readonly distrust: (curve: Curve, kernel: KernelName) => void;
};

export type Choosing = {
  readonly choice: EngineChoice;
  /** Told once a curve's kernels have been tried. */
  readonly report: (reports: readonly KernelReport[]) => void;
};

export const createKernels = (tools: KernelTools, { choice, report }: Choosing): Kernels => {
  const chosen = new Map<Curve, Promise<ChosenKernels>>();
  const distrusted = new Set<string>();

  const choose = async (curve: Curve): Promise<ChosenKernels> => {
    const candidates = tools.offered.filter(({ layout }) => {
      return layout.curve === curve && (choice === "auto" || choice === layout.kernel);
    });
    if (candidates.length === 0) return { kernels: [], reports: [] };
    const tried = await tryAll(curve, candidates, tools);
    const reports = tried.map((trial) => trial.report);
    report(reports);
    return { kernels: tried.flatMap(({ passed }) => passed ?? []), reports };
  };

  /** What failed for want of a network may come the next time. */
  const chooseAndKeep = (curve: Curve): Promise<ChosenKernels> => {
    const choosing = choose(curve);
    chosen.set(curve, choosing);
    void choosing.then(({ kernels }) => {
      if (kernels.length === 0) chosen.delete(curve);
    });
    return choosing;
  };

  return {
    of: async (curve) => {
      const { kernels, reports } = await (chosen.get(curve) ?? chooseAndKeep(curve));
      const isLast = ({ layout }: CompiledKernel): boolean => distrusted.has(nameOf(layout));
      const trusted = kernels.filter((kernel) => !isLast(kernel));
      return { kernels: [...trusted, ...kernels.filter(isLast)], reports };
    },
    distrust: (curve, kernel) => {
      distrusted.add(nameOf({ curve, kernel }));
    },
  };
};

const nameOf = ({ curve, kernel }: { readonly curve: Curve; readonly kernel: KernelName }) =>
  `${curve}.${kernel}`;

type Trial = {
  readonly report: KernelReport;
  /** Undefined when it did not pass. */
  readonly passed: CompiledKernel | undefined;
};

/** Those that passed come first, the fastest before all. */
const tryAll = async (
  curve: Curve,
  candidates: readonly OfferedKernel[],
  tools: KernelTools,
): Promise<readonly Trial[]> => {
  const [{ selfTestVectors }, { examineKernel, fetchKernel }] = await Promise.all([
    // A chunk of its own: circuits that are on this device are listed without it.
    import("../groth16/self-test.ts"),
    import("./try-kernel.ts"),
  ]);
  const vectors = selfTestVectors(curve);
  const { clock } = tools.network;
  const fetched = await Promise.all(
    candidates.map(async (offered) => ({
      report: { curve, kernel: offered.layout.kernel },
      result: await fetchKernel(offered, tools),
    })),
  );
  const trials: Trial[] = [];
  // One after the other, when all are compiled: whatever computes beside one slows it.
  for (const { report, result } of fetched) {
    const outcome = result.ok
      ? await examineKernel(result.kernel, vectors, clock.now)
      : result.outcome;
    const passed = result.ok && outcome.name === "passed" ? result.kernel : undefined;
    trials.push({ report: { ...report, outcome }, passed });
  }
  return trials.sort((one, other) => slowness(one) - slowness(other));
};

const slowness = ({ report: { outcome } }: Trial): number =>
  outcome.name === "passed" ? outcome.nanoseconds : Number.MAX_VALUE;
