import type { Circuit } from "../../domain/circuit.ts";
import type { EngineStep } from "./engine.ts";

/** A step begins with the first line of snarkjs's log that begins with `line`. */
type SnarkjsStep = {
  readonly name: string;
  readonly stage: EngineStep["stage"];
  readonly line: string;
};

const order: readonly SnarkjsStep[] = [
  { name: "constraints", stage: "ntt", line: "Building ABC" },
  { name: "inverse NTT A", stage: "ntt", line: "IFFT_A:" },
  { name: "NTT A", stage: "ntt", line: "FFT_A:" },
  { name: "inverse NTT B", stage: "ntt", line: "IFFT_B:" },
  { name: "NTT B", stage: "ntt", line: "FFT_B:" },
  { name: "inverse NTT C", stage: "ntt", line: "IFFT_C:" },
  { name: "NTT C", stage: "ntt", line: "FFT_C:" },
  { name: "join", stage: "ntt", line: "Join ABC" },
  { name: "MSM A", stage: "msm", line: "Reading A Points" },
  { name: "MSM B1", stage: "msm", line: "Reading B1 Points" },
  { name: "MSM B2", stage: "msm", line: "Reading B2 Points" },
  { name: "MSM C", stage: "msm", line: "Reading C Points" },
  { name: "MSM H", stage: "msm", line: "Reading H Points" },
];

/**
 * Milliseconds per step in that order, by curve and log2 of the domain. Medians of three warm proofs of one thread in
 * Node.js 20 on a 2.6 GHz Zen 5, told apart by the same log lines: semaphore20, c14, c16p and b14 of the benchmark
 * circuits. They serve the first proof of a circuit; later ones know how long the one before took.
 */
const measured: Readonly<Record<Circuit["curve"], ReadonlyMap<number, readonly number[]>>> = {
  bn128: new Map([
    [13, [73, 16, 13, 13, 14, 16, 12, 2, 206, 140, 511, 200, 282]],
    [14, [105, 28, 23, 27, 22, 27, 22, 3, 637, 419, 1678, 700, 728]],
    [16, [357, 136, 136, 136, 122, 132, 101, 12, 1477, 1015, 3943, 1465, 1593]],
  ]),
  bls12381: new Map([[14, [124, 43, 25, 31, 27, 30, 27, 5, 792, 571, 1923, 809, 904]]]),
};

/** snarkjs's steps for a circuit, with the times of the measured size that is nearest. */
export const snarkjsSteps = ({
  curve,
  domainSize,
}: Pick<Circuit, "curve" | "domainSize">): readonly EngineStep[] => {
  const power = Math.log2(domainSize);
  const distance = (row: readonly [number, readonly number[]]): number => Math.abs(row[0] - power);
  const nearest = [...measured[curve]].reduce((best, row) =>
    distance(row) < distance(best) ? row : best,
  );
  return order.map(({ name, stage }, index) => ({ name, stage, weight: nearest[1][index] ?? 0 }));
};

/** Reads snarkjs's log lines and tells each step once, when it begins. A new one for every proof. */
export const createStepReader = (onStep: (name: string) => void): ((line: string) => void) => {
  let next = 0;
  return (line) => {
    const found = order.findIndex((step, index) => index >= next && line.startsWith(step.line));
    const step = order[found];
    if (step === undefined) return;
    next = found + 1;
    onStep(step.name);
  };
};
