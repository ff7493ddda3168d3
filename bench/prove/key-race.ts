/** What it takes to have a key ready: made of the zkey, and as it was kept. */
import type { KernelName } from "../../src/domain/engine.ts";
import { median } from "../statistics.ts";
import type { Browser } from "./browser.ts";
import type { ProvingCircuit } from "./circuits.ts";
import { keyWays, type KeyWay } from "./kept-keys.ts";
import type { BenchPage } from "./protocol.ts";

export type KeyResult = {
  readonly kernel: KernelName;
  /** From the zkey in memory, ms, median. */
  readonly convertMs: number;
  /** From the kept file until a proof can be made, ms, medians. */
  readonly loadMs: Readonly<Record<KeyWay, number>>;
  /** Of the kept file, bytes. */
  readonly fileBytes: number;
};

type KeyRace = {
  readonly circuit: Pick<ProvingCircuit, "id" | "curve">;
  readonly kernels: readonly KernelName[];
  readonly rounds: number;
};

/** Of all kernels that the browser can run. */
export const raceKeys = async (browser: Browser, race: KeyRace): Promise<readonly KeyResult[]> => {
  const results: KeyResult[] = [];
  for (const kernel of race.kernels) {
    const page = await browser.openPage();
    try {
      const result = await raceKernel(page.bench, race, kernel);
      if (result !== undefined) results.push(result);
    } finally {
      await page.close();
    }
  }
  return results;
};

const raceKernel = async (
  bench: BenchPage,
  { circuit: { id, curve }, rounds }: KeyRace,
  kernel: KernelName,
): Promise<KeyResult | undefined> => {
  const fileBytes = await bench.startKey(kernel, { id, curve });
  if (fileBytes === null) return undefined;
  // The first of each warms up; of conversions there has been one.
  for (const way of keyWays) await bench.openKey(way);
  const converted: number[] = [];
  const loaded: Record<KeyWay, number[]> = { handle: [], blob: [] };
  for (let round = 0; round < rounds; round += 1) {
    converted.push(await bench.convertKey());
    for (const way of keyWays) loaded[way].push(await bench.openKey(way));
  }
  const loadMs = { handle: median(loaded.handle), blob: median(loaded.blob) };
  return { kernel, convertMs: median(converted), loadMs, fileBytes };
};

/** Of a report. */
export const keyTable = (
  circuits: readonly { readonly circuit: string; readonly keys: readonly KeyResult[] }[],
  rounds: number,
): string => {
  const rows = circuits.flatMap(({ circuit, keys }) =>
    keys.map(({ kernel, convertMs, loadMs, fileBytes }) => {
      const times = [convertMs, loadMs.handle, loadMs.blob].map((ms) => ms.toFixed(0)).join(" | ");
      return `| ${circuit} | ${kernel} | ${(fileBytes / 1e6).toFixed(1)} | ${times} |`;
    }),
  );
  if (rows.length === 0) return "";
  return `### Prepared keys, ms

Until a proof can be made: from a zkey in memory, which happens once; and from the file that is kept of it in the browser's file
system, checksum and all, when the system has it in memory. An isolated page (the usual case) reads it through a handle into
memory that its provers share, any other as a Blob into each prover's. Medians (rounds: ${rounds}).

| circuit | kernel | file, MB | from the zkey | kept, isolated page | kept, other pages |
| --- | --- | --- | --- | --- | --- |
${rows.join("\n")}`;
};
