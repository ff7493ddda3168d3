/** What most journeys need: a coordinator, a volunteer's browser on it and a clean end of both. */
import type { EngineChoice } from "../../src/domain/engine.ts";
import { startCoordinator, type Coordinator } from "./coordinator.ts";
import { startVolunteer, type NodePage, type Volunteer } from "./volunteer.ts";

export type Stand = {
  readonly coordinator: Coordinator;
  readonly volunteer: Volunteer;
  readonly tab: NodePage;
};

export type StandOptions = { readonly concurrency?: number; readonly engine?: EngineChoice };

/** Proofs of it last seconds: long enough to be interrupted, whatever the device. */
export const slowEngine: EngineChoice = "snarkjs";

/** Runs a journey on a coordinator without practice tasks and a node that is running, and cleans up whatever happens. */
export const onStand = async (
  { engine = "auto", ...options }: StandOptions,
  journey: (stand: Stand) => Promise<void>,
): Promise<void> => {
  const coordinator = await startCoordinator({ env: { NODE_ENV: "production" } });
  let volunteer: Volunteer | undefined;
  try {
    volunteer = await startVolunteer({ url: coordinator.url, ...options });
    const tab = await volunteer.openPage(`&engine=${engine}`);
    await tab.start();
    await tab.until("running", (state) => state.phase.name === "running");
    await journey({ coordinator, volunteer, tab });
  } finally {
    await volunteer?.close();
    await coordinator.close();
  }
};

/** Waits until a prover is in the middle of a proof and returns its attempt. */
export const midProof = async (tab: NodePage): Promise<string> => {
  const state = await tab.until("a proof under way", (seen) => provingAttempt(seen) !== undefined);
  return provingAttempt(state) ?? "";
};

const provingAttempt = (state: Awaited<ReturnType<NodePage["until"]>>): string | undefined => {
  for (const prover of state.provers) {
    if (prover.name !== "proving") continue;
    const { stage } = prover.progress;
    if (stage === "ntt" || stage === "msm") return prover.attemptId;
  }
  return undefined;
};
