/** What the prover core is to reach, and how far it is. */
import { kernelNames } from "../../src/domain/engine.ts";
import { geometricMeans, memoryShare, type Measured } from "./measured.ts";
import type { PrimitiveId } from "./primitives.ts";

export type Target = {
  readonly figure: string;
  readonly unit: "x" | "ms";
  /** What is better. */
  readonly better: "more" | "less";
  readonly must: number;
  /** Undefined where nothing beyond `must` is asked for. */
  readonly aim: number | undefined;
  readonly measured: number;
};

export type Verdict = "missed" | "met" | "aim reached";

export const verdictOf = ({ better, must, aim, measured }: Target): Verdict => {
  const reaches = (bound: number): boolean =>
    better === "more" ? measured >= bound : measured <= bound;
  if (!reaches(must)) return "missed";
  return aim !== undefined && reaches(aim) ? "aim reached" : "met";
};

type Bounds = Pick<Target, "figure" | "must"> & { readonly aim?: number };

/** The worst of the values must be so many times as fast; no target where nothing was measured. */
const atLeast = ({ aim, ...bounds }: Bounds, values: readonly number[]): readonly Target[] =>
  values.length === 0
    ? []
    : [{ ...bounds, aim, unit: "x", better: "more", measured: Math.min(...values) }];

const atMost = (
  { aim, ...bounds }: Bounds & Pick<Target, "unit">,
  values: readonly number[],
): readonly Target[] =>
  values.length === 0 ? [] : [{ ...bounds, aim, better: "less", measured: Math.max(...values) }];

export const proofTargets = ({ circuits }: Measured): readonly Target[] => {
  const means = geometricMeans(circuits);
  const meanOf = (kernel: string): readonly number[] => {
    const mean = means[kernel];
    return mean === undefined ? [] : [mean];
  };
  const fma2Of = (chosen: Measured["circuits"]): readonly number[] =>
    chosen.flatMap(({ warm }) => ratiosOf(warm, "fma2"));
  const onBls12381 = circuits.filter(({ curve }) => curve === "bls12381");
  return [
    ...atLeast({ figure: "fma2, geometric mean", must: 5, aim: 6.5 }, meanOf("fma2")),
    ...atLeast({ figure: "fma2, slowest circuit", must: 4, aim: 5 }, fma2Of(circuits)),
    ...atLeast({ figure: "fma2, BLS12-381", must: 4, aim: 6 }, fma2Of(onBls12381)),
    ...atLeast({ figure: "ext4, geometric mean", must: 3, aim: 4.5 }, meanOf("ext4")),
    ...atLeast({ figure: "scalar9, geometric mean", must: 2.5, aim: 3.5 }, meanOf("scalar9")),
  ];
};

type Compared = { readonly competitor: string; readonly ratio: number };

const ratiosOf = (results: readonly Compared[], wanted: string): readonly number[] =>
  results.flatMap(({ competitor, ratio }) => (competitor === wanted ? [ratio] : []));

/** Of both visits; the larger counts. */
export const memoryTargets = ({ circuits }: Measured): readonly Target[] =>
  kernelNames.flatMap((kernel) => {
    const shares = circuits.flatMap((circuit) =>
      circuit.cold
        .filter(({ competitor }) => competitor === kernel)
        .flatMap((result) => memoryShare(result, circuit) ?? []),
    );
    const figure = `${kernel}, peak memory beside snarkjs's, largest`;
    return atMost({ figure, unit: "x", must: 1, aim: 0.7 }, shares);
  });

/** Domains from which on a proof is made by several provers. */
const LARGE_DOMAIN = 2 ** 16;
/** 0.75 for each of two provers. */
const TOGETHER_MUST = 1.5;

export const togetherTargets = ({ circuits }: Measured): readonly Target[] =>
  kernelNames.flatMap((kernel) => {
    const large = circuits.filter(({ domainSize }) => domainSize >= LARGE_DOMAIN);
    const ratios = large.flatMap(({ together }) => ratiosOf(together, kernel));
    const figure = `${kernel}, two provers on a domain of 2^16 or more, slowest`;
    return atLeast({ figure, must: TOGETHER_MUST }, ratios);
  });

export const keyTargets = ({ circuits }: Measured): readonly Target[] =>
  kernelNames.flatMap((kernel) => {
    const keys = circuits.find(({ circuit }) => circuit === "c16p")?.keys ?? [];
    const loads = keys.filter((key) => key.kernel === kernel).map(({ loadMs }) => loadMs);
    const bounds = { unit: "ms", must: 150, aim: 60 } as const;
    return [
      ...atMost(
        { ...bounds, figure: `${kernel}, kept key of c16p, isolated page` },
        loads.map(({ handle }) => handle),
      ),
      ...atMost(
        { ...bounds, figure: `${kernel}, kept key of c16p, other pages` },
        loads.map(({ blob }) => blob),
      ),
    ];
  });

export const witnessTargets = ({ circuits }: Measured): readonly Target[] => {
  const ratios = circuits.flatMap(({ witness }) => (witness === undefined ? [] : [witness.ratio]));
  return [
    ...atLeast(
      { figure: "slowest witness beside snarkjs's", must: 1 },
      ratios.map(({ snarkjs }) => snarkjs),
    ),
    ...atLeast(
      { figure: "slowest witness beside snarkjs's, compiled", must: 1 },
      ratios.map((ratio) => ratio["snarkjs-compiled"]),
    ),
  ];
};

export const primitiveTargets = ({ primitives }: Measured): readonly Target[] => {
  const fma2Of = (wanted: PrimitiveId): readonly number[] =>
    ratiosOf(
      primitives.filter(({ primitive }) => primitive === wanted),
      "fma2",
    );
  return [
    ...atLeast({ figure: "fma2, G1 MSM 2^16", must: 4, aim: 6 }, fma2Of("msm-g1-2^16")),
    ...atLeast({ figure: "fma2, G2 MSM 2^14", must: 6, aim: 8 }, fma2Of("msm-g2-2^14")),
    ...atLeast({ figure: "fma2, NTT 2^16", must: 6, aim: 8 }, fma2Of("ntt-2^16")),
  ];
};

/** All of a run. */
export const targetsOf = (
  measured: Measured,
): readonly (Target & { readonly verdict: Verdict })[] =>
  [
    ...proofTargets(measured),
    ...memoryTargets(measured),
    ...togetherTargets(measured),
    ...keyTargets(measured),
    ...witnessTargets(measured),
    ...primitiveTargets(measured),
  ].map((target) => ({ ...target, verdict: verdictOf(target) }));

/** What stands under a table. Empty when there is nothing to say. */
export const targetTable = (targets: readonly Target[]): string => {
  if (targets.length === 0) return "";
  const rows = targets.map((target) => {
    const { figure, must, aim, measured } = target;
    const bounds = [must, aim].map((bound) => (bound === undefined ? "" : boundOf(target, bound)));
    return `| ${[figure, ...bounds, figureOf(target, measured), verdictOf(target)].join(" | ")} |`;
  });
  return `| figure | must | aim | measured | verdict |
| --- | --- | --- | --- | --- |
${rows.join("\n")}`;
};

const boundOf = ({ better, unit }: Target, bound: number): string =>
  `${better === "more" ? "≥" : "≤"} ${unit === "x" ? `${bound}x` : `${bound} ms`}`;

/** Two digits more than a bound has, so that what is rounded does not belie the verdict. */
const figureOf = ({ unit }: Target, measured: number): string =>
  unit === "x" ? `${measured.toFixed(2)}x` : `${measured.toFixed(1)} ms`;
