/** The first proof in a browser that has just been started, and the memory that it takes. */
import { kernelNames } from "../../src/domain/engine.ts";
import { median } from "../statistics.ts";
import { openBrowser, type Browser } from "./browser.ts";
import type { Check } from "./check.ts";
import type { ProvingCircuit } from "./circuits.ts";
import type { Visit } from "./competitor.ts";
import { renderersOf, riseOf } from "./process-memory.ts";

export type ColdResult = {
  readonly competitor: string;
  /** Kernels prepare and keep the key at the first one, and have it at later ones; for others all are alike. */
  readonly visit: Exclude<Visit, "passing">;
  /** From opening the engine (its code included) to the first proof, ms, median. */
  readonly ms: number;
  /** Bytes of WebAssembly memory that the prover holds after it. */
  readonly engineBytes: number;
  /** How far the page's process rose above what it held when the page was empty, bytes, median. Undefined but on Linux. */
  readonly riseBytes: number | undefined;
};

export type ColdStart = {
  readonly url: string;
  readonly jsFlags: string | undefined;
  readonly circuit: ProvingCircuit;
  readonly runs: number;
  readonly check: Check;
};

/** One for each kind of visit; none when the browser lacks what the competitor needs. */
export const measureCold = async (
  competitor: string,
  start: ColdStart,
): Promise<readonly ColdResult[]> => {
  const first: Sample[] = [];
  const later: Sample[] = [];
  for (let run = 0; run < start.runs; run += 1) {
    const browser = await openBrowser(start.url, start.jsFlags);
    try {
      const sample = await visitOnce(browser, { ...start, competitor, visit: "first" });
      if (sample === undefined) return [];
      first.push(sample);
      if (!kernelNames.some((kernel) => kernel === competitor)) continue;
      await browser.restart();
      const again = await visitOnce(browser, { ...start, competitor, visit: "later" });
      if (again !== undefined) later.push(again);
    } finally {
      await browser.close();
    }
  }
  return [
    { competitor, visit: "first", ...summarise(first) },
    ...(later.length === 0 ? [] : [{ competitor, visit: "later", ...summarise(later) } as const]),
  ];
};

type Sample = Omit<ColdResult, "competitor" | "visit">;

const visitOnce = async (
  browser: Browser,
  {
    circuit,
    check,
    competitor,
    visit,
  }: ColdStart & { readonly competitor: string; readonly visit: Visit },
): Promise<Sample | undefined> => {
  const { bench } = await browser.openPage();
  const before = await renderersOf(browser.profile);
  const named = { id: circuit.id, curve: circuit.curve };
  const prover = await bench.startProver(competitor, named, visit);
  const proof = await bench.firstProof(prover);
  if (proof === null) return undefined;
  const ms = await check(circuit, competitor, proof);
  const riseBytes = riseOf(before, await renderersOf(browser.profile));
  return { ms, engineBytes: await bench.memory(prover), riseBytes };
};

const summarise = (samples: readonly Sample[]): Sample => {
  const rises = samples.flatMap(({ riseBytes }) => (riseBytes === undefined ? [] : [riseBytes]));
  return {
    ms: median(samples.map(({ ms }) => ms)),
    engineBytes: median(samples.map(({ engineBytes }) => engineBytes)),
    riseBytes: rises.length === 0 ? undefined : median(rises),
  };
};
