/**
 * `npm run bench:tune [kernel]`: in headless Chromium, milliseconds of sums by bits of a window, then by how many
 * terms are sorted and summed at once: what the tables of src/groth16/msm-plan.ts are set by. BN254, scalars of full length;
 * BENCH_ROUNDS rounds, ten times as many of small sums.
 */
import { chromium, type Page } from "playwright/test";
import { build } from "vite";
import { kernelIds } from "../../kernels/field/field.ts";
import { buildKernelModule } from "../../kernels/modules.ts";
import { resolveChromium } from "../../scripts/chromium.ts";
import { tunings, type GroupId, type Tuning } from "../../src/groth16/msm-plan.ts";
import { count } from "../settings.ts";
import type { Trial } from "./page/tunings.ts";
import { primitiveInput } from "./primitive-inputs.ts";

const curve = "bn128";
/** Logarithms of sizes. */
const sizes: Readonly<Record<GroupId, readonly number[]>> = {
  g1: [4, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
  g2: [4, 6, 8, 9, 10, 11, 12, 13, 14, 15],
};
/** Tried on either side of the window that is set. */
const REACH = 2;
const MOST_BITS = 15;
const SMALL = 12;
/** Logarithms of chunkTerms and groupItems. */
const cuts = [13, 14, 15, 16].flatMap((terms) =>
  [14, 15, 16].map((items) => [terms, items] as const),
);

const POINT_BYTES = { g1: 64, g2: 128 };
const SCALAR_BYTES = 32;

type Source = Pick<Trial, "module" | "layout" | "group"> & {
  readonly points: Uint8Array;
  readonly numbers: Uint8Array;
};

const pageScript = async (): Promise<string> => {
  const entry = `${import.meta.dirname}/page/tunings.ts`;
  const made = await build({
    ...{ configFile: false, logLevel: "warn" },
    build: { write: false, lib: { entry, formats: ["iife"], name: "tuningsPage" } },
  });
  const [bundle] = [made].flat();
  if (bundle === undefined || !("output" in bundle)) throw new Error("nothing was built");
  return bundle.output[0].code;
};

const sourceOf = async (group: GroupId, kernel: (typeof kernelIds)[number]): Promise<Source> => {
  const { bytes, layout } = buildKernelModule(curve, kernel);
  const size = 2 ** Math.max(...sizes[group]);
  const operation = group === "g1" ? "msm-g1" : "msm-g2";
  const primitive = { id: `${operation}-2^14`, label: group, unit: "ms" } as const;
  const { points, numbers } = await primitiveInput({ ...primitive, operation, curve, size });
  return { module: Buffer.from(bytes).toString("base64"), layout, group, points, numbers };
};

const timeAll = (
  page: Page,
  { points, numbers, ...source }: Source,
  { size, tried }: { readonly size: number; readonly tried: readonly Tuning[] },
): Promise<readonly number[]> => {
  const rounds = count("BENCH_ROUNDS", 5) * (size < SMALL ? 10 : 1);
  const trial: Trial = {
    ...source,
    ...{ tunings: tried, rounds },
    points: Buffer.from(points.subarray(0, POINT_BYTES[source.group] * 2 ** size)).toString(
      "base64",
    ),
    scalars: Buffer.from(numbers.subarray(0, SCALAR_BYTES * 2 ** size)).toString("base64"),
  };
  return page.evaluate(`timeTunings(${JSON.stringify(trial)})`);
};

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const table = (labels: readonly string[], times: readonly number[]): string => {
  const best = Math.min(...times);
  return labels
    .map((label, index) => `${label}: ${(times[index] ?? 0).toFixed(2)}`)
    .map((cell, index) => (times[index] === best ? `**${cell}**` : cell))
    .join(" | ");
};

const measureGroup = async (page: Page, source: Source): Promise<void> => {
  const set = tunings[source.group];
  for (const size of sizes[source.group]) {
    const middle = set.windowBits[Math.min(size, set.windowBits.length - 1)] ?? 2;
    const from = Math.max(2, Math.min(middle, MOST_BITS) - REACH);
    const bits = Array.from({ length: 2 * REACH + 1 }, (_, index) => from + index).filter(
      (one) => one <= MOST_BITS,
    );
    const tried = bits.map((one): Tuning => ({ ...set, windowBits: [one] }));
    const times = await timeAll(page, source, { size, tried });
    print(`| ${source.group} | 2^${size} | ${table(bits.map(String), times)} |`);
  }
  const size = Math.max(...sizes[source.group]) - 1;
  const tried = cuts.map(([terms, items]): Tuning => ({
    ...set,
    chunkTerms: 2 ** terms,
    groupItems: 2 ** items,
  }));
  const labels = cuts.map(([terms, items]) => `2^${terms}/2^${items}`);
  const times = await timeAll(page, source, { size, tried });
  print(`| ${source.group} | 2^${size}, terms/items | ${table(labels, times)} |`);
};

const run = async (): Promise<void> => {
  const named = process.argv[2] ?? "fma2";
  const kernel = kernelIds.find((id) => id === named);
  if (kernel === undefined) throw new Error(`there is no kernel ${named}: ${kernelIds.join(", ")}`);
  const { executablePath, args } = await resolveChromium();
  const browser = await chromium.launch({ executablePath, args: [...args] });
  try {
    const page = await browser.newPage();
    await page.evaluate(await pageScript());
    for (const group of ["g1", "g2"] as const)
      await measureGroup(page, await sourceOf(group, kernel));
  } finally {
    await browser.close();
  }
};

await run();
