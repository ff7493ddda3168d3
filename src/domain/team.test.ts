import { expect, it } from "vitest";
import { createTeam, Team } from "./team.ts";

it("a new team wants its proof and has no helpers", () => {
  const team = createTeam();
  expect([team.isOver, team.helpers, team.isLent(0), team.stay(0)]).toEqual([
    false,
    0,
    false,
    undefined,
  ]);
});

it("a lane is lent, recalled and dismissed, and everybody who has the record sees it", () => {
  const team = createTeam();
  const seen = new Team(team.buffer);
  team.lend(3);
  expect([seen.helpers, seen.isLent(3), seen.stay(3)]).toEqual([1, true, 1]);
  team.recall(3);
  // It may still be at work, but is no helper to count on.
  expect([seen.helpers, seen.isLent(3), seen.stay(3)]).toEqual([0, false, 1]);
  team.dismiss(3);
  expect([seen.isLent(3), seen.stay(3)]).toEqual([false, undefined]);
});

it("each stay of a lane has its own number", () => {
  const team = createTeam();
  team.lend(1);
  team.dismiss(1);
  team.lend(1);
  expect(team.stay(1)).toBe(2);
});

it("one that is away is not recalled", () => {
  const team = createTeam();
  team.recall(1);
  expect(team.stay(1)).toBeUndefined();
});

it("rings at every change, so that nobody who looked before sleeps through it", () => {
  const team = createTeam();
  const changes = [
    () => team.lend(1),
    () => team.recall(1),
    () => team.dismiss(1),
    () => team.end(),
  ];
  for (const change of changes) {
    const { rung } = team;
    change();
    expect(team.rung).toBe(rung + 1);
    // Returns at once: a minute would be the test's end.
    team.listen(rung, 60_000);
  }
  expect(team.isOver).toBe(true);
});
