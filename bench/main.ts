/**
 * `npm run bench`: measures the whole product in its own Chromium, prints a table and writes bench/RESULTS.md.
 * BENCH_CIRCUITS names a folder of extra circuits; BENCH_ROUNDS and BENCH_PROOFS change the length of the run.
 */
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import path from "node:path";
import { benchCircuits } from "./circuits.ts";
import { measureFirstMinute } from "./first-minute.ts";
import { measureOverhead } from "./overhead.ts";
import { resultsTable } from "./results.ts";
import { measureThroughput } from "./throughput.ts";

const number = (name: string, fallback: number): number => {
  const value = Number(process.env[name] ?? fallback);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${name} is ${String(process.env[name])}; it must be a whole number above 0`);
};

const rounds = number("BENCH_ROUNDS", 5);
const proofsPerRound = number("BENCH_PROOFS", 6);
const circuits = await benchCircuits();
const merkle = circuits.at(-1);
if (merkle === undefined) throw new Error("merkle_proof is always measured");

const table = resultsTable({
  machine: `${String(cpus().length)} x ${cpus()[0]?.model ?? "unknown"}, Node.js ${process.version}`,
  rounds,
  proofsPerRound,
  throughput: await measureThroughput(circuits, { rounds, proofsPerRound }),
  overhead: await measureOverhead(merkle, 2 * proofsPerRound),
  firstMinute: await measureFirstMinute(3),
});
process.stdout.write(`${table}\n`);
await writeFile(path.join(import.meta.dirname, "RESULTS.md"), table);
