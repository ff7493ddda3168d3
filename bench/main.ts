/**
 * `npm run bench`: measures the whole product in its own Chromium, prints a table and writes its section of bench/RESULTS.md.
 * BENCH_CIRCUITS names a folder of extra circuits; BENCH_ROUNDS and BENCH_PROOFS change the length of the run.
 */
import { benchCircuits } from "./circuits.ts";
import { measureFirstMinute } from "./first-minute.ts";
import { measureOverhead } from "./overhead.ts";
import { writeResults } from "./results-file.ts";
import { resultsTable } from "./results.ts";
import { count, machine } from "./settings.ts";
import { measureThroughput } from "./throughput.ts";

const rounds = count("BENCH_ROUNDS", 5);
const proofsPerRound = count("BENCH_PROOFS", 6);
const circuits = await benchCircuits();
const merkle = circuits.at(-1);
if (merkle === undefined) throw new Error("merkle_proof is always measured");

const table = resultsTable({
  machine: machine(),
  rounds,
  proofsPerRound,
  throughput: await measureThroughput(circuits, { rounds, proofsPerRound }),
  overhead: await measureOverhead(merkle, 2 * proofsPerRound),
  firstMinute: await measureFirstMinute(3),
});
process.stdout.write(`${table}\n`);
await writeResults("npm run bench", table);
