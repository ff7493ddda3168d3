/** Memory of a browser's pages as the system counts it. */
import { readdir, readFile } from "node:fs/promises";

export type ProcessMemory = {
  /** Held now, bytes. */
  readonly held: number;
  /** The most that it ever held. */
  readonly peak: number;
};

/** Of the renderers of the browser with this profile, by process. Empty but on Linux. */
export const renderersOf = async (profile: string): Promise<ReadonlyMap<string, ProcessMemory>> => {
  const found = new Map<string, ProcessMemory>();
  for (const process of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(process)) continue;
    const command = await readFile(`/proc/${process}/cmdline`, "utf8").catch(() => "");
    if (!command.includes("--type=renderer") || !command.includes(profile)) continue;
    const memory = parseStatus(await readFile(`/proc/${process}/status`, "utf8").catch(() => ""));
    if (memory !== undefined) found.set(process, memory);
  }
  return found;
};

/** proc(5): VmRSS and VmHWM, in KiB. */
export const parseStatus = (status: string): ProcessMemory | undefined => {
  const bytesOf = (name: string): number | undefined => {
    const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
    return kibibytes === undefined ? undefined : 1024 * Number(kibibytes);
  };
  const [held, peak] = [bytesOf("VmRSS"), bytesOf("VmHWM")];
  return held === undefined || peak === undefined ? undefined : { held, peak };
};

/**
 * How far the process that rose most went above what it held before: the page's; the others have nothing to do. Undefined
 * when none of them is in both.
 */
export const riseOf = (
  before: ReadonlyMap<string, ProcessMemory>,
  after: ReadonlyMap<string, ProcessMemory>,
): number | undefined => {
  const rises = [...after].flatMap(([process, { peak }]) => {
    const known = before.get(process);
    return known === undefined ? [] : [peak - known.held];
  });
  return rises.length === 0 ? undefined : Math.max(...rises);
};
