/** Chooses among the kernels that this browser runs: by what they compute first, then by how fast they do. */
import type { Curve } from "../domain/circuit.ts";
import {
  kernelNames,
  type EngineChoice,
  type KernelName,
  type KernelReport,
} from "../domain/engine.ts";
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

/** What the network kept away is asked for again after so long. */
const RETRY_MS = 60_000;

type Choice = ChosenKernels & {
  /** When to choose again: kernels did not come. */
  readonly againAt: number;
};

export const createKernels = (tools: KernelTools, { choice, report }: Choosing): Kernels => {
  const { now } = tools.network.clock;
  const chosen = new Map<Curve, Promise<Choice>>();
  const distrusted = new Set<string>();

  const choose = async (curve: Curve): Promise<Choice> => {
    const candidates = tools.offered.filter(({ layout }) => {
      return layout.curve === curve && (choice === "auto" || choice === layout.kernel);
    });
    if (candidates.length === 0) return { kernels: [], reports: [], againAt: Infinity };
    const tried = await tryAll(curve, candidates, tools);
    const reports = tried.map((trial) => trial.report);
    report(reports);
    const kernels = inOrderOfUse(tried);
    const wait = kernels.length === 0 ? 0 : RETRY_MS;
    return {
      kernels,
      reports,
      againAt: tried.some(({ mayCome }) => mayCome) ? now() + wait : Infinity,
    };
  };

  const current = async (curve: Curve): Promise<Choice> => {
    const known = chosen.get(curve);
    if (known !== undefined && now() < (await known).againAt) return known;
    // Somebody else may have begun meanwhile.
    const begun = chosen.get(curve);
    if (begun !== undefined && begun !== known) return begun;
    const choosing = choose(curve);
    chosen.set(curve, choosing);
    return choosing;
  };

  return {
    of: async (curve) => {
      const { kernels, reports } = await current(curve);
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

export type Trial = {
  readonly report: KernelReport;
  /** Undefined when it did not pass. */
  readonly passed: CompiledKernel | undefined;
  /** Whether it may be there another time. */
  readonly mayCome: boolean;
};

/** What is less than a tenth slower than the fastest may well be the fastest the next time. */
const NOISE = 1.1;

/**
 * The fastest first, but among those that are as good as that one always the same: a circuit's prepared key is one kernel's,
 * and is made anew where another one comes first.
 */
export const inOrderOfUse = (trials: readonly Trial[]): readonly CompiledKernel[] => {
  const passed = trials.filter((trial) => trial.passed !== undefined);
  const limit = NOISE * Math.min(...passed.map(slowness));
  const rank = (trial: Trial): number =>
    slowness(trial) <= limit
      ? kernelNames.indexOf(trial.report.kernel)
      : kernelNames.length + slowness(trial);
  const ordered = [...passed].sort((one, other) => rank(one) - rank(other));
  return ordered.flatMap((trial) => trial.passed ?? []);
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
    trials.push({ report: { ...report, outcome }, passed, mayCome: !result.ok && result.mayCome });
  }
  return trials.sort((one, other) => slowness(one) - slowness(other));
};

const slowness = ({ report: { outcome } }: Trial): number =>
  outcome.name === "passed" ? outcome.nanoseconds : Number.MAX_VALUE;
