/** What the node and the coordinator add to a proof, and what the page and the node worker cost while proving. */
import { startCoordinator } from "../e2e/harness/coordinator.ts";
import { startVolunteer } from "../e2e/harness/volunteer.ts";
import type { BenchCircuit } from "./circuits.ts";
import { openOwner } from "./owner.ts";
import { median } from "./statistics.ts";
import { cpuBetween, rendererThreads } from "./threads.ts";
import { NODE_WARM_UP } from "./warm-up.ts";

export type Overhead = {
  /** From the lease to the committed acceptance, less proving, ms, median. */
  readonly perProofMs: number;
  /** Page main thread, node worker and artifact worker together, percent of one core, while both provers work. */
  readonly pageSharePercent: number;
  readonly tasks: number;
};

const PROVERS = 2;

/** Runs `tasks` one after another for the overhead, then as many at once for the CPU share. */
export const measureOverhead = async (circuit: BenchCircuit, tasks: number): Promise<Overhead> => {
  const coordinator = await startCoordinator({
    env: { NODE_ENV: "production" },
  });
  const volunteer = await startVolunteer({ url: coordinator.url, concurrency: PROVERS });
  try {
    const owner = await openOwner(coordinator);
    if (circuit.folder !== undefined) await owner.addCircuit(circuit.id, circuit.folder);
    const tab = await volunteer.openPage();
    await tab.start();
    const prove = async (count: number) =>
      owner.finished(await owner.submit(circuit.id, circuit.input, count));
    await prove(NODE_WARM_UP);
    const overheads: number[] = [];
    for (let task = 0; task < tasks; task += 1) {
      const [attempt] = await prove(1);
      if (attempt === undefined) throw new Error("a job without tasks");
      overheads.push(attempt.leasedToAcceptedMs - attempt.provingMs);
    }
    const before = await rendererThreads(volunteer.profile);
    const begun = performance.now();
    await prove(tasks);
    const elapsedMs = performance.now() - begun;
    const spent = cpuBetween(before, await rendererThreads(volunteer.profile));
    const besidesProvers = spent.workers.slice(PROVERS).reduce((sum, ms) => sum + ms, spent.main);
    return {
      perProofMs: median(overheads),
      pageSharePercent: (100 * besidesProvers) / elapsedMs,
      tasks,
    };
  } finally {
    await volunteer.close();
    await coordinator.close();
  }
};
