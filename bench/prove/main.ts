/**
 * `npm run bench:prove`: provers side by side in one Chromium, without coordinator and node. BENCH_CIRCUITS names a folder of
 * circuits, BENCH_ROUNDS the rounds. Options choose what is measured (options.ts); only a whole run writes bench/RESULTS.md.
 */
import { loadavg } from "node:os";
import { writeResults } from "../results-file.ts";
import { kernelNames } from "../../src/domain/engine.ts";
import { TOGETHER_FROM_DOMAIN } from "../../src/domain/limits.ts";
import { count, machine } from "../settings.ts";
import { openBrowser, type Browser } from "./browser.ts";
import { openCheck, type Check } from "./check.ts";
import { availableCircuits, loadCircuit, type ProvingCircuit } from "./circuits.ts";
import { measureCold, type ColdResult, type ColdStart } from "./cold.ts";
import { primitiveEngines, provers } from "./competitors.ts";
import { raceKeys } from "./key-race.ts";
import {
  choose,
  chooseCompetitors,
  parseOptions,
  parts,
  UsageError,
  type Part,
} from "./options.ts";
import { racePrimitives, type PrimitiveResult } from "./primitive-race.ts";
import { runRace } from "./race.ts";
import type { CircuitResult, Measured } from "./measured.ts";
import { reportJson, reportSection } from "./report.ts";
import { openSite } from "./site.ts";
import { raceTogether } from "./together.ts";
import { raceWitness } from "./witness-race.ts";

/** On stderr: stdout is the result's. */
const say = (what: string): void => {
  process.stderr.write(`${what}\n`);
};

const idsOf = (table: readonly { readonly id: string }[]): readonly string[] =>
  table.map(({ id }) => id);

const plan = async () => {
  const options = parseOptions(process.argv.slice(2));
  const all = [...new Set([...idsOf(provers), ...idsOf(primitiveEngines)])];
  const chosen = chooseCompetitors(all, options.kernels);
  return {
    ...options,
    rounds: count("BENCH_ROUNDS", 5),
    circuits: choose("circuit", await availableCircuits(), options.circuits),
    provers: idsOf(provers).filter((id) => chosen.includes(id)),
    kernelIds: kernelNames.filter((id) => chosen.includes(id)),
    primitives: idsOf(primitiveEngines).filter((id) => chosen.includes(id)),
    isWhole:
      options.circuits === undefined &&
      options.kernels === undefined &&
      options.parts.length === parts.length,
  };
};

/** Each costs a browser's start and end. */
const MOST_COLD_STARTS = 3;

type Plan = Awaited<ReturnType<typeof plan>>;

const measure = async (planned: Plan): Promise<Measured> => {
  const { rounds, jsFlags } = planned;
  const surroundings = { machine: machine(), load: loadavg()[0] ?? 0, jsFlags };
  const circuits = await Promise.all(planned.circuits.map(loadCircuit));
  const check = await openCheck();
  const site = await openSite(circuits);
  const browser = await openBrowser(site.url, jsFlags);
  const results: CircuitResult[] = [];
  try {
    for (const circuit of circuits) {
      say(`${circuit.id} ...`);
      results.push(await measureCircuit(planned, circuit, { browser, check, url: site.url }));
    }
    const primitives = planned.parts.includes("primitives")
      ? await measurePrimitives(browser, planned)
      : [];
    const chromium = await browser.version();
    return { ...surroundings, chromium, rounds, circuits: results, primitives };
  } finally {
    await browser.close();
    site.close();
  }
};

type Stand = { readonly browser: Browser; readonly check: Check; readonly url: string };

const measureCircuit = async (
  planned: Plan,
  circuit: ProvingCircuit,
  { browser, check, url }: Stand,
): Promise<CircuitResult> => {
  const { rounds, jsFlags, kernelIds: kernels, provers: competitors } = planned;
  const has = (part: Part): boolean => planned.parts.includes(part);
  const { id, curve, domainSize } = circuit;
  const race = { circuit, rounds, check };
  const start = { url, jsFlags, circuit, check, runs: Math.min(rounds, MOST_COLD_STARTS) };
  return {
    ...{ circuit: id, curve, domainSize },
    warm: has("proofs") ? await runRace(browser, { ...race, competitors }) : [],
    cold: has("cold") ? await coldStarts(competitors, start) : [],
    // Smaller ones are never shared: their keys' regions have no room for it.
    together:
      has("together") && domainSize >= TOGETHER_FROM_DOMAIN
        ? await raceTogether(browser, { ...race, kernels })
        : [],
    keys: has("keys") ? await raceKeys(browser, { ...race, kernels }) : [],
    witness: has("witness") ? await raceWitness(browser, circuit, rounds) : undefined,
  };
};

const measurePrimitives = async (
  browser: Browser,
  planned: Plan,
): Promise<readonly PrimitiveResult[]> => {
  say("primitives ...");
  const results = await racePrimitives(browser, planned.primitives, planned.rounds);
  sayMissing(planned.primitives, results);
  return results;
};

/** A browser that cannot run a kernel leaves it out. */
const sayMissing = (
  asked: readonly string[],
  results: readonly { readonly competitor: string }[],
): void => {
  for (const id of asked) {
    if (results.every(({ competitor }) => competitor !== id))
      say(`this browser lacks what ${id} needs`);
  }
};

const coldStarts = async (
  competitors: readonly string[],
  start: ColdStart,
): Promise<readonly ColdResult[]> => {
  const results: ColdResult[] = [];
  for (const competitor of competitors) {
    results.push(...(await measureCold(competitor, start)));
  }
  sayMissing(competitors, results);
  return results;
};

const run = async (): Promise<void> => {
  const planned = await plan();
  const measured = await measure(planned);
  const section = reportSection(measured);
  process.stdout.write(`${planned.json ? reportJson(measured) : section}\n`);
  if (planned.isWhole) await writeResults("npm run bench:prove", section);
  else say("bench/RESULTS.md is left as it is: only a run of everything replaces its section");
};

try {
  await run();
} catch (reason) {
  if (!(reason instanceof UsageError)) throw reason;
  say(reason.message);
  process.exitCode = 2;
}
