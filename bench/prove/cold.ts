/** The first proof in a browser that has just been started, and the memory that it takes. */
import { readdir, readFile } from "node:fs/promises";
import { openBrowser } from "./browser.ts";
import type { Check } from "./check.ts";
import type { ProvingCircuit } from "./circuits.ts";

export type ColdResult = {
  readonly competitor: string;
  /** From opening the engine (its code included; the circuit's files are there) to the first proof, ms. */
  readonly ms: number;
  /** Bytes of WebAssembly memory that the prover says it holds after it. */
  readonly engineBytes: number;
  /** Bytes that page and prover hold after it by the browser's own count: see PageMemory for what that leaves out. */
  readonly pageBytes: number;
  /** The most that the page's process ever held, bytes; an empty page holds 110 to 160 MB. Undefined but on Linux. */
  readonly peakBytes: number | undefined;
};

export type ColdStart = {
  readonly url: string;
  readonly jsFlags: string | undefined;
  readonly circuit: ProvingCircuit;
  readonly check: Check;
};

/** Undefined when the browser lacks what the competitor needs. */
export const measureCold = async (
  competitor: string,
  { url, jsFlags, circuit, check }: ColdStart,
): Promise<ColdResult | undefined> => {
  const browser = await openBrowser(url, jsFlags);
  try {
    const { bench } = await browser.openPage();
    const prover = await bench.startProver(competitor, { id: circuit.id, curve: circuit.curve });
    const first = await bench.firstProof(prover);
    if (first === null) return undefined;
    const ms = await check(circuit, competitor, first);
    // Before the browser is asked, which collects garbage and may itself allocate.
    const peakBytes = await peakOf(browser.profile);
    const { engine, page } = await bench.memory(prover);
    return { competitor, ms, engineBytes: engine, pageBytes: page, peakBytes };
  } finally {
    await browser.close();
  }
};

/** The highest peak among the browser's renderers: the page's; the others have nothing to do. proc(5): VmHWM, in KiB. */
const peakOf = async (profile: string): Promise<number | undefined> => {
  let peak: number | undefined;
  for (const pid of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (!command.includes("--type=renderer") || !command.includes(profile)) continue;
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    if (kibibytes !== undefined) peak = Math.max(peak ?? 0, Number(kibibytes) * 1024);
  }
  return peak;
};
