/** Which prover without a task helps which proof. */

/** What the decision needs to know of a lane. */
export type LaneView =
  /** Has no task, and none is on its way. */
  | { readonly name: "free" }
  /** Proves what is worth sharing; `room` helpers can be with it, those that are there included. */
  | { readonly name: "leads"; readonly room: number }
  | { readonly name: "helps"; readonly leader: number }
  /** Proves by itself, starts, is being replaced, or has ended. */
  | { readonly name: "apart" };

/** Lanes by their index. */
export type Match = { readonly helper: number; readonly leader: number };

/**
 * Whom to lend now. Every free lane helps the proof that has the fewest helpers, the first of them in the order of lanes.
 * Nobody is moved from one proof to another: what a helper knows of a proof would be lost.
 */
export const chooseLoans = (lanes: readonly LaneView[]): readonly Match[] => {
  const helpers = lanes.map((_, leader) => helpersOf(lanes, leader));
  const matches: Match[] = [];
  for (const [helper, lane] of lanes.entries()) {
    if (lane.name !== "free") continue;
    const leader = neediest(lanes, helpers);
    if (leader === undefined) break;
    helpers[leader] = (helpers[leader] ?? 0) + 1;
    matches.push({ helper, leader });
  }
  return matches;
};

const helpersOf = (lanes: readonly LaneView[], leader: number): number =>
  lanes.filter((lane) => lane.name === "helps" && lane.leader === leader).length;

const neediest = (lanes: readonly LaneView[], helpers: readonly number[]): number | undefined => {
  let best: number | undefined;
  for (const [leader, lane] of lanes.entries()) {
    const count = helpers[leader] ?? 0;
    if (lane.name !== "leads" || count >= lane.room) continue;
    if (best === undefined || count < (helpers[best] ?? 0)) best = leader;
  }
  return best;
};
