/** Witnesses by this project's calculator and by snarkjs's: the same bytes, in turns in one worker. */
import { median } from "../statistics.ts";
import type { Browser } from "./browser.ts";
import type { ProvingCircuit } from "./circuits.ts";
import { witnessCalculators, type WitnessCalculatorId } from "./witness-calculators.ts";

export type WitnessResult = {
  /** From the input's JSON to the .wtns file, ms, medians. */
  readonly ms: Readonly<Record<WitnessCalculatorId, number>>;
  /** How many times as fast as each of snarkjs's our own is: the median of each round's ratio. */
  readonly ratio: Readonly<Record<Exclude<WitnessCalculatorId, "own">, number>>;
};

export const raceWitness = async (
  browser: Browser,
  { id, curve }: Pick<ProvingCircuit, "id" | "curve">,
  rounds: number,
): Promise<WitnessResult> => {
  const page = await browser.openPage();
  try {
    await page.bench.startWitness({ id, curve });
    const times: Record<WitnessCalculatorId, number[]> = {
      snarkjs: [],
      "snarkjs-compiled": [],
      own: [],
    };
    for (let round = 0; round < rounds; round += 1) {
      for (const calculator of witnessCalculators)
        times[calculator].push(await page.bench.runWitness(calculator));
    }
    return summarise(times);
  } finally {
    await page.close();
  }
};

const summarise = (
  times: Readonly<Record<WitnessCalculatorId, readonly number[]>>,
): WitnessResult => {
  const ratioTo = (calculator: WitnessCalculatorId): number =>
    median(times[calculator].map((ms, round) => ms / (times.own[round] ?? Number.NaN)));
  return {
    ms: {
      snarkjs: median(times.snarkjs),
      "snarkjs-compiled": median(times["snarkjs-compiled"]),
      own: median(times.own),
    },
    ratio: {
      snarkjs: ratioTo("snarkjs"),
      "snarkjs-compiled": ratioTo("snarkjs-compiled"),
    },
  };
};

/** Of a report. */
export const witnessTable = (
  circuits: readonly { readonly circuit: string; readonly witness: WitnessResult | undefined }[],
  rounds: number,
): string => {
  const rows = circuits.flatMap(({ circuit, witness }) => {
    if (witness === undefined) return [];
    const { ms, ratio } = witness;
    const times = witnessCalculators.map((calculator) => ms[calculator].toFixed(1)).join(" | ");
    return `| ${circuit} | ${times} | ${ratio.snarkjs.toFixed(2)}x | ${ratio["snarkjs-compiled"].toFixed(2)}x |`;
  });
  if (rows.length === 0) return "";
  return `### Witnesses, ms

From the input's JSON to the bytes of the .wtns file, which are the same by all; in turns in one worker after a first run that
is dropped; medians (rounds: ${rounds}). snarkjs is \`wtns.calculate\`, which compiles the circuit each time; compiled, it is
given the module as our provers are.

| circuit | snarkjs | snarkjs, compiled | own | faster | faster than compiled |
| --- | --- | --- | --- | --- | --- |
${rows.join("\n")}`;
};
