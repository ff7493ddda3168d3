/** What was measured, as JSON and as the section of bench/RESULTS.md. */
import { baseline, primitiveEngines, provers } from "./competitors.ts";
import { keyTable } from "./key-race.ts";
import { geometricMeans, memoryShare, type Measured } from "./measured.ts";
import { nativeTable } from "./native.ts";
import { primitives } from "./primitives.ts";
import {
  keyTargets,
  memoryTargets,
  primitiveTargets,
  proofTargets,
  targetsOf,
  targetTable,
  togetherTargets,
  witnessTargets,
} from "./targets.ts";
import { togetherTable } from "./together.ts";
import { witnessTable } from "./witness-race.ts";

export const reportJson = (measured: Measured): string =>
  JSON.stringify(
    {
      ...measured,
      geometricMean: geometricMeans(measured.circuits),
      targets: targetsOf(measured),
    },
    undefined,
    2,
  );

/** The section of `npm run bench:prove` in bench/RESULTS.md. */
export const reportSection = (measured: Measured): string =>
  [
    "## `npm run bench:prove`: provers",
    surroundings(measured),
    competitorList(),
    warmTable(measured),
    targetTable(proofTargets(measured)),
    nativeTable(measured.circuits),
    coldTable(measured),
    targetTable(memoryTargets(measured)),
    togetherTable(measured.circuits),
    targetTable(togetherTargets(measured)),
    keyTable(measured.circuits, measured.rounds),
    targetTable(keyTargets(measured)),
    witnessTable(measured.circuits, measured.rounds),
    targetTable(witnessTargets(measured)),
    primitiveTable(measured),
    targetTable(primitiveTargets(measured)),
  ]
    .filter((block) => block !== "")
    .join("\n\n");

const surroundings = ({ machine, load, chromium, jsFlags }: Measured): string => {
  const flags = jsFlags === undefined ? "" : ` with \`${jsFlags}\``;
  return `${machine}, headless Chromium ${chromium}${flags}.
The machine's load was ${fixed(load)} when the run began. Every proof is verified before it counts.`;
};

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
  const rows = circuits.flatMap((circuit) =>
    circuit.cold.map((result) => {
      const { competitor, visit, ms, engineBytes, riseBytes } = result;
      const share = memoryShare(result, circuit);
      return `| ${circuit.circuit} | ${competitor} | ${visit} | ${fixed(ms, 0)} | ${megabytes(engineBytes)} | ${megabytes(riseBytes)} | ${share === undefined ? "not known" : `${fixed(share)}x`} |`;
    }),
  );
  if (rows.length === 0) return "";
  return `### First proof, ms, and peak memory, MB

In a browser that has just been started, up to three times, medians: from opening the engine, with the circuit's files in the
browser's keeping, to the proof. At a first visit kernels prepare the key and keep it; at a later one, in a browser that was
started again, they have it. Peak memory is that of the page's process: VmHWM of /proc/PID/status after the proof, less VmRSS of
the empty page before. It has everything: code, WebAssembly's memory, JavaScript's heap and buffers, in which snarkjs keeps keys
and points. Of it, WebAssembly memory is what the prover tells of its own.

| circuit | prover | visit | ms | WebAssembly | peak | beside ${baseline} |
| --- | --- | --- | --- | --- | --- | --- |
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
