/** How long a newcomer waits: the coordinator's cold start, and the first accepted proof on an empty profile. */
import { startCoordinator } from "../e2e/harness/coordinator.ts";
import { startVolunteer } from "../e2e/harness/volunteer.ts";
import { median } from "./statistics.ts";

export type FirstMinute = {
  /** From the start of the process on an empty data folder to "ready", ms, median. */
  readonly coldStartMs: number;
  /** From pressing Start on an empty browser profile to the first accepted proof, ms, median. */
  readonly firstProofMs: number;
  readonly runs: number;
};

export const measureFirstMinute = async (runs: number): Promise<FirstMinute> => {
  const coldStarts: number[] = [];
  const firstProofs: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const begun = performance.now();
    const coordinator = await startCoordinator();
    coldStarts.push(performance.now() - begun);
    const volunteer = await startVolunteer({ url: coordinator.url });
    try {
      const tab = await volunteer.openPage();
      const pressed = performance.now();
      await tab.start();
      await tab.until("the first accepted proof", (state) => state.accepted > 0);
      firstProofs.push(performance.now() - pressed);
    } finally {
      await volunteer.close();
      await coordinator.close();
    }
  }
  return { coldStartMs: median(coldStarts), firstProofMs: median(firstProofs), runs };
};
