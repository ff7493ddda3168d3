/** CPU time per thread of Chromium's renderers, from /proc: what the page and its workers really cost. Linux only. */
import { readdir, readFile } from "node:fs/promises";

/** Clock ticks per second of /proc/<pid>/stat on every Linux that Node.js supports. */
const TICKS_PER_SECOND = 100;

export type ThreadTime = {
  readonly key: string;
  /** As the kernel names it, e.g. "CrRendererMain" or "DedicatedWorker". */
  readonly name: string;
  readonly cpuMs: number;
};

/** Threads of all renderer processes of the browser with this profile folder. */
export const rendererThreads = async (profile: string): Promise<readonly ThreadTime[]> => {
  const threads: ThreadTime[] = [];
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (!command.includes("--type=renderer") || !command.includes(profile)) continue;
    for (const tid of await readdir(`/proc/${pid}/task`).catch(() => [])) {
      const stat = await readFile(`/proc/${pid}/task/${tid}/stat`, "utf8").catch(() => "");
      const thread = parseStat(`${pid}/${tid}`, stat);
      if (thread !== undefined) threads.push(thread);
    }
  }
  return threads;
};

/** Milliseconds per thread name between two readings; of `DedicatedWorker` each thread by itself, busiest first. */
export const cpuBetween = (
  before: readonly ThreadTime[],
  after: readonly ThreadTime[],
): { readonly main: number; readonly workers: readonly number[] } => {
  const earlier = new Map(before.map((thread) => [thread.key, thread.cpuMs]));
  const spent = after.map((thread) => ({
    name: thread.name,
    cpuMs: thread.cpuMs - (earlier.get(thread.key) ?? 0),
  }));
  const of = (name: string): readonly number[] =>
    spent.filter((thread) => thread.name.startsWith(name)).map((thread) => thread.cpuMs);
  const main = of("CrRendererMain").reduce((sum, ms) => sum + ms, 0);
  return { main, workers: of("DedicatedWorker").toSorted((a, b) => b - a) };
};

/** proc(5): the name stands in brackets; utime and stime are the 12th and 13th fields after it. */
const parseStat = (key: string, stat: string): ThreadTime | undefined => {
  const match = /^\d+ \((.*)\) (.*)$/s.exec(stat.trim());
  if (match === null) return undefined;
  const fields = (match[2] ?? "").split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { key, name: match[1] ?? "", cpuMs: (ticks * 1000) / TICKS_PER_SECOND };
};
