/** Calls of a tab that may not lead any more: each asks first. A leader that was frozen wakes up and knows nothing. */
import { NodeFailure } from "../domain/failure.ts";
import type { PageSide } from "./presence.ts";
import type { NodeCoordinator } from "./run-needs.ts";

export type Voice = { readonly coordinator: NodeCoordinator; readonly page: PageSide };

/** The same calls; while `leads` says no they reject as cancelled and nothing is sent. */
export const guarded = (voice: Voice, leads: () => Promise<boolean>): Voice => {
  const { coordinator, page } = voice;
  const require = async (): Promise<void> => {
    if (!(await leads())) throw new NodeFailure("cancelled", "another tab leads");
  };
  return {
    coordinator: {
      ...coordinator,
      register: async (offer, signal) => {
        await require();
        return coordinator.register(offer, signal);
      },
      heartbeat: async (beat, signal) => {
        await require();
        return coordinator.heartbeat(beat, signal);
      },
      report: async (report, signal) => {
        await require();
        return coordinator.report(report, signal);
      },
    },
    page: {
      ...page,
      beacon: async (beat) => (await leads()) && page.beacon(beat),
    },
  };
};
