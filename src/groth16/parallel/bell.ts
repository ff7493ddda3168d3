import type { Team } from "../../domain/team.ts";

/** A thread that blocks for longer turns to its messages too late: it has to be ended at once when it must be. */
const SLICE_MS = 20;

/** Waits until the team's bell has rung more than `rung` times, or for a moment: whoever waits looks again in any case. */
export const awaitBell = async (
  team: Team,
  rung: number,
  { turn }: { readonly turn: () => Promise<void> },
): Promise<void> => {
  team.listen(rung, SLICE_MS);
  await turn();
};
