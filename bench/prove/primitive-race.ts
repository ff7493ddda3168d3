/** The primitives: competitors take turns in one worker. */
import { median } from "../statistics.ts";
import type { Browser } from "./browser.ts";
import { baseline } from "./competitors.ts";
import { primitives, type Primitive, type PrimitiveId } from "./primitives.ts";
import type { BenchPage } from "./protocol.ts";

export type PrimitiveResult = {
  readonly primitive: PrimitiveId;
  readonly competitor: string;
  /** In the primitive's unit, median. */
  readonly time: number;
  /** How many times as fast as the baseline: the median of each round's ratio. */
  readonly ratio: number;
};

/** Of all competitors that the browser can run; their results agreed before. */
export const racePrimitives = async (
  browser: Browser,
  competitors: readonly string[],
  rounds: number,
): Promise<readonly PrimitiveResult[]> => {
  const page = await browser.openPage();
  try {
    const able = await page.bench.startPrimitives(competitors);
    const results: PrimitiveResult[] = [];
    for (const primitive of primitives)
      results.push(...summarise(primitive, await sample(page.bench, primitive, { able, rounds })));
    return results;
  } finally {
    await page.close();
  }
};

/** Milliseconds of each round by competitor. */
type Samples = ReadonlyMap<string, readonly number[]>;

const sample = async (
  bench: BenchPage,
  { id }: Primitive,
  { able, rounds }: { readonly able: readonly string[]; readonly rounds: number },
): Promise<Samples> => {
  const samples = new Map<string, number[]>(able.map((competitor) => [competitor, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [competitor, times] of samples) times.push(await bench.runPrimitive(competitor, id));
  }
  return samples;
};

const summarise = ({ id, size, unit }: Primitive, samples: Samples): readonly PrimitiveResult[] => {
  const nanoseconds = 1e6 / size;
  const reference = samples.get(baseline) ?? [];
  return [...samples].map(([competitor, times]) => ({
    primitive: id,
    competitor,
    time: median(times) * (unit === "ns" ? nanoseconds : 1),
    ratio: median(times.map((ms, round) => (reference[round] ?? Number.NaN) / ms)),
  }));
};
