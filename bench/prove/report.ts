/** What was measured, as JSON and as the section of bench/RESULTS.md. */
import { geometricMean } from "../statistics.ts";
import type { ColdResult } from "./cold.ts";
import { baseline, primitiveEngines, provers } from "./competitors.ts";
import type { PrimitiveResult } from "./primitive-race.ts";
import { primitives } from "./primitives.ts";
import type { RaceResult } from "./race.ts";
import { togetherTable, type TogetherResult } from "./together.ts";
import { witnessTable, type WitnessResult } from "./witness-race.ts";

export type CircuitResult = {
  readonly circuit: string;
  /** Empty where warm proofs were not asked for; the same of cold ones. */
  readonly warm: readonly RaceResult[];
  readonly cold: readonly ColdResult[];
  readonly together: readonly TogetherResult[];
};

export type Measured = {
  readonly machine: string;
  readonly rounds: number;
  readonly circuits: readonly CircuitResult[];
  readonly witnesses: readonly WitnessResult[];
  readonly primitives: readonly PrimitiveResult[];
};

/** Per competitor, over the circuits: how many times as fast as snarkjs in one thread. Without those that never ran. */
export const geometricMeans = (
  circuits: readonly CircuitResult[],
): Readonly<Record<string, number>> => {
  const ratios = new Map<string, number[]>();
  for (const { warm } of circuits) {
    for (const { competitor, ratio } of warm)
      ratios.set(competitor, [...(ratios.get(competitor) ?? []), ratio]);
  }
  return Object.fromEntries([...ratios].map(([id, values]) => [id, geometricMean(values)]));
};

export const reportJson = (measured: Measured): string =>
  JSON.stringify({ ...measured, geometricMean: geometricMeans(measured.circuits) }, undefined, 2);

/** The section of `npm run bench:prove` in bench/RESULTS.md. */
export const reportSection = (measured: Measured): string =>
  [
    "## `npm run bench:prove`: provers",
    `${measured.machine}, headless Chromium. Zkey and witness are in memory; every proof is verified before it counts.`,
    competitorList(),
    warmTable(measured),
    coldTable(measured),
    togetherTable(measured.circuits),
    witnessTable(measured.witnesses, measured.rounds),
    primitiveTable(measured),
  ]
    .filter((block) => block !== "")
    .join("\n\n");

const competitorList = (): string =>
  provers.map(({ id, label }) => `- \`${id}\`: ${label}`).join("\n");

const warmTable = ({ circuits, rounds }: Measured): string => {
  const rows = circuits.flatMap(({ circuit, warm }) =>
    warm.map(
      ({ competitor, ms, ratio, twoMs }) =>
        `| ${circuit} | ${competitor} | ${fixed(ms, 0)} | ${fixed(ratio)}x | ${fixed(twoMs, 0)} | ${fixed((2 * ms) / twoMs)} |`,
    ),
  );
  if (rows.length === 0) return "";
  const means = Object.entries(geometricMeans(circuits)).map(
    ([competitor, mean]) => `| ${competitor} | ${fixed(mean)}x |`,
  );
  return `### Warm proofs, ms

One prover is one worker. Competitors take turns within one run after a first proof that is dropped; medians (rounds: ${rounds}).
The ratio to \`${baseline}\` is the median of the ratios of each round. Two at once: two provers, one proof each, until both are
done; the gain is how many provers' worth of proofs they make.

| circuit | prover | ms | faster than ${baseline} | two at once | gain |
| --- | --- | --- | --- | --- | --- |
${rows.join("\n")}

| prover | geometric mean over the circuits |
| --- | --- |
${means.join("\n")}`;
};

const coldTable = ({ circuits }: Measured): string => {
  const rows = circuits.flatMap(({ circuit, cold }) =>
    cold.map(
      ({ competitor, ms, engineBytes, pageBytes, peakBytes }) =>
        `| ${circuit} | ${competitor} | ${fixed(ms, 0)} | ${megabytes(engineBytes)} | ${megabytes(pageBytes)} | ${megabytes(peakBytes)} |`,
    ),
  );
  if (rows.length === 0) return "";
  return `### First proof, and memory

In a browser that has just been started, once each: from opening the engine to the first proof. Memory in MB: WebAssembly's
as the prover tells it; the page with its worker and the circuit's files after the proof
(\`performance.measureUserAgentSpecificMemory\`, in which Chromium counts WebAssembly's memory only where it is shared); the most
that the page's process ever held (an empty page's: 110 to 160), which has everything and is what to compare.

| circuit | prover | ms | WebAssembly | page | process, peak |
| --- | --- | --- | --- | --- | --- |
${rows.join("\n")}`;
};

const primitiveTable = ({ primitives: results, rounds }: Measured): string => {
  if (results.length === 0) return "";
  const known = new Map(primitives.map((primitive) => [primitive.id, primitive]));
  const rows = results.map(({ primitive, competitor, time, ratio }) => {
    const { label, unit } = known.get(primitive) ?? { label: primitive, unit: "ms" };
    return `| ${label} | ${competitor} | ${fixed(time, 1)} ${unit} | ${fixed(ratio)}x |`;
  });
  const list = primitiveEngines.map(({ id, label }) => `- \`${id}\`: ${label}`).join("\n");
  return `### Primitives, where nothing else is said on BN254

In turns in one worker after a first run that is dropped; medians (rounds: ${rounds}). All give the same results.

${list}

| primitive | by | time | faster than ${baseline} |
| --- | --- | --- | --- |
${rows.join("\n")}`;
};

const fixed = (value: number, digits = 2): string => value.toFixed(digits);

const megabytes = (bytes: number | undefined): string =>
  bytes === undefined ? "not known" : fixed(bytes / 1e6, 0);
