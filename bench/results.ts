import type { FirstMinute } from "./first-minute.ts";
import type { Overhead } from "./overhead.ts";
import type { Throughput } from "./throughput.ts";

export type Results = {
  readonly machine: string;
  readonly rounds: number;
  readonly proofsPerRound: number;
  readonly throughput: readonly Throughput[];
  readonly overhead: Overhead;
  readonly firstMinute: FirstMinute;
};

/** The section of `npm run bench` in bench/RESULTS.md. */
export const resultsTable = (results: Results): string => {
  const { overhead, firstMinute } = results;
  const rows = results.throughput.map(
    (row) =>
      `| ${row.circuit} | ${fixed(row.snarkjsDefault)} | ${fixed(row.node1)} | ${fixed(row.node2)} | ${fixed(row.ratio, 2)}x |`,
  );
  return `## \`npm run bench\`: the whole product

${results.machine}, headless Chromium.

### Throughput, proofs per minute

snarkjs is \`groth16.fullProve\` in its default multi-thread mode on a page of its own; the node is the whole way from the
queue to the verified and committed proof. Competitors take turns within one run: ${String(results.rounds)} rounds of
${String(results.proofsPerRound)} proofs each after a warm-up (the coordinator asks two verifiers about each circuit's first 20
proofs), medians; the ratio is the median of the ratios of each round.

| circuit | snarkjs default | node, 1 prover | node, 2 provers | 2 provers / snarkjs |
| --- | --- | --- | --- | --- |
${rows.join("\n")}

### What the product adds

| figure | measured | to reach |
| --- | --- | --- |
| lease to accepted, less proving (merkle_proof, median of ${String(overhead.tasks)}) | ${fixed(overhead.perProofMs)} ms | 60 ms |
| page, node worker and artifact worker while 2 provers work | ${fixed(overhead.pageSharePercent, 2)} % of a core | 3 % |
| cold start on an empty data folder (median of ${String(firstMinute.runs)}) | ${fixed(firstMinute.coldStartMs / 1000, 2)} s | 5 s |
| first accepted proof after Start, empty profile (median of ${String(firstMinute.runs)}) | ${fixed(firstMinute.firstProofMs / 1000, 2)} s | 15 s |
`;
};

const fixed = (value: number, digits = 1): string => value.toFixed(digits);
