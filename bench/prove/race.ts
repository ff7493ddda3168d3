/** Warm proofs: competitors take turns, by themselves and two provers at once. */
import { median } from "../statistics.ts";
import type { Browser } from "./browser.ts";
import type { Check } from "./check.ts";
import type { ProvingCircuit } from "./circuits.ts";
import { baseline } from "./competitors.ts";
import type { BenchPage } from "./protocol.ts";

export type RaceResult = {
  readonly competitor: string;
  /** One proof by one prover, ms, median. */
  readonly ms: number;
  /** How many times as fast as the baseline's prover: the median of each round's ratio. */
  readonly ratio: number;
  /** From the start of two proofs, each by a prover of its own, to the end of both, ms, median. */
  readonly twoMs: number;
};

export type Race = {
  readonly circuit: ProvingCircuit;
  readonly competitors: readonly string[];
  readonly rounds: number;
  readonly check: Check;
};

type Samples = { readonly one: number[]; readonly two: number[] };

/** All competitors that the browser can run, in the race's order. */
export const runRace = async (browser: Browser, race: Race): Promise<readonly RaceResult[]> => {
  const { circuit, rounds, check } = race;
  const page = await browser.openPage();
  try {
    const teams = await warmUp(page.bench, race);
    const samples = new Map<string, Samples>();
    for (const competitor of teams.keys()) samples.set(competitor, { one: [], two: [] });
    for (let round = 0; round < rounds; round += 1) {
      for (const [competitor, team] of teams) {
        const alone = await page.bench.prove(team.slice(0, 1));
        samples.get(competitor)?.one.push(await check(circuit, competitor, alone));
        const both = await page.bench.prove(team);
        samples.get(competitor)?.two.push(await check(circuit, competitor, both));
      }
    }
    return summarise(samples);
  } finally {
    await page.close();
  }
};

const TEAM = 2;

/** Starts two provers of each competitor and drops the first proof of each. Competitors that cannot run are left out. */
const warmUp = async (
  bench: BenchPage,
  { circuit, competitors, check }: Race,
): Promise<ReadonlyMap<string, readonly number[]>> => {
  const teams = new Map<string, readonly number[]>();
  for (const competitor of competitors) {
    const team: number[] = [];
    for (let member = 0; member < TEAM; member += 1) {
      const prover = await bench.startProver(
        competitor,
        { id: circuit.id, curve: circuit.curve },
        "passing",
      );
      const first = await bench.firstProof(prover);
      if (first === null) break;
      await check(circuit, competitor, first);
      team.push(prover);
    }
    if (team.length === TEAM) teams.set(competitor, team);
  }
  return teams;
};

const summarise = (samples: ReadonlyMap<string, Samples>): readonly RaceResult[] => {
  const reference = samples.get(baseline)?.one ?? [];
  return [...samples].map(([competitor, { one, two }]) => ({
    competitor,
    ms: median(one),
    ratio: median(one.map((ms, round) => (reference[round] ?? Number.NaN) / ms)),
    twoMs: median(two),
  }));
};
