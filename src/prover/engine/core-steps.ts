import { coreSteps } from "../../groth16/steps.ts";
import type { EngineStep, SizedCircuit } from "./engine.ts";

/**
 * Milliseconds per step in that order, by curve and log2 of the domain, as fma2 took them in Chromium on a desktop: of the
 * built-in circuits (8, 13) and of the benchmark's dense ones (14, 16). They serve the first proof of a circuit; later ones
 * know how long the one before took. All kernels share a table: what differs among them is how fast all of it is.
 */
const measured: Readonly<Record<SizedCircuit["curve"], ReadonlyMap<number, readonly number[]>>> = {
  bn128: new Map([
    [8, [1, 1, 3, 1, 7]],
    [13, [10, 25, 49, 25, 41]],
    [14, [21, 64, 124, 62, 72]],
    [16, [84, 237, 420, 234, 253]],
  ]),
  bls12381: new Map([
    [8, [1, 1, 3, 1, 11]],
    [14, [29, 134, 292, 125, 163]],
  ]),
};

/** The core's steps for a circuit, with the times of the measured size that is nearest. */
export const stepsOfCore = ({ curve, domainSize }: SizedCircuit): readonly EngineStep[] => {
  const power = Math.log2(domainSize);
  const distance = (row: readonly [number, readonly number[]]): number => Math.abs(row[0] - power);
  const [, weights] = [...measured[curve]].reduce((best, row) =>
    distance(row) < distance(best) ? row : best,
  );
  return coreSteps.map((step, index) => ({ ...step, weight: weights[index] ?? 0 }));
};
