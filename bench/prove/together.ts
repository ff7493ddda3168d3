/** One proof by two provers, against the same by one of them: on one key in shared memory, in turns. */
import { median } from "../statistics.ts";
import type { CurveId, KernelLayout } from "../../kernels/layout.ts";
import type { CoreModule, KeyMemory } from "../../src/groth16/open-core.ts";
import type { CoreProof } from "../../src/groth16/proof.ts";
import type { Browser } from "./browser.ts";
import type { Check } from "./check.ts";
import type { ProvingCircuit } from "./circuits.ts";

/** A kernel and a key in the members' shared memory. */
export type TeamKey = { readonly core: CoreModule; readonly key: KeyMemory };

type TeamCircuit = { readonly id: string; readonly curve: CurveId };

export type MemberWorker = {
  /** Undefined when the browser does not take the kernel's instructions. */
  readonly prepare: (
    kernel: KernelLayout["kernel"],
    circuit: TeamCircuit,
    members: number,
  ) => Promise<TeamKey | undefined>;
  /** Each lane once. */
  readonly join: (key: TeamKey, lane: number, circuit: TeamCircuit) => Promise<void>;
  /** Leads the team, or proves alone when there is none. */
  readonly prove: (team: SharedArrayBuffer | undefined) => Promise<CoreProof>;
  readonly help: (team: SharedArrayBuffer, lane: number) => Promise<void>;
};

export type TogetherResult = {
  readonly competitor: string;
  /** One proof by one prover, ms, median. */
  readonly aloneMs: number;
  /** One proof by all of the team, ms, median. */
  readonly togetherMs: number;
  /** How many times as fast: the median of each round's ratio. */
  readonly ratio: number;
};

/** Members of a team. */
const TEAM_MEMBERS = 2;

type TogetherRace = {
  readonly circuit: ProvingCircuit;
  readonly kernels: readonly KernelLayout["kernel"][];
  readonly rounds: number;
  readonly check: Check;
};

/** All kernels that the browser can run. */
export const raceTogether = async (
  browser: Browser,
  race: TogetherRace,
): Promise<readonly TogetherResult[]> => {
  const results: TogetherResult[] = [];
  for (const kernel of race.kernels) {
    const result = await raceKernel(browser, race, kernel);
    if (result !== undefined) results.push(result);
  }
  return results;
};

const raceKernel = async (
  browser: Browser,
  { circuit, rounds, check }: TogetherRace,
  kernel: KernelLayout["kernel"],
): Promise<TogetherResult | undefined> => {
  const page = await browser.openPage();
  try {
    const { bench } = page;
    const named = { id: circuit.id, curve: circuit.curve };
    if (!(await bench.startTeam(kernel, named, TEAM_MEMBERS))) return undefined;
    const proof = async (members: number): Promise<number> =>
      check(circuit, kernel, await bench.proveInTeam(members));
    // The first of each warms up.
    await proof(1);
    await proof(TEAM_MEMBERS);
    const [alone, together]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      alone.push(await proof(1));
      together.push(await proof(TEAM_MEMBERS));
    }
    return {
      competitor: kernel,
      aloneMs: median(alone),
      togetherMs: median(together),
      ratio: median(alone.map((ms, round) => ms / (together[round] ?? Number.NaN))),
    };
  } finally {
    await page.close();
  }
};

/** Of a report. */
export const togetherTable = (
  circuits: readonly {
    readonly circuit: string;
    readonly together: readonly TogetherResult[];
  }[],
): string => {
  const rows = circuits.flatMap(({ circuit, together }) =>
    together.map(
      ({ competitor, aloneMs, togetherMs, ratio }) =>
        `| ${circuit} | ${competitor} | ${aloneMs.toFixed(0)} | ${togetherMs.toFixed(0)} | ${ratio.toFixed(2)}x |`,
    ),
  );
  if (rows.length === 0) return "";
  return `### One proof by ${TEAM_MEMBERS} provers, ms

The key is in memory that both share. In turns with the same proof by one of them, after a first one of each that is dropped.

| circuit | kernel | one prover | ${TEAM_MEMBERS} provers | faster |
| --- | --- | --- | --- | --- |
${rows.join("\n")}`;
};
