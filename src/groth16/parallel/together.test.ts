import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { createTeam, type Team } from "../../domain/team.ts";
import {
  openTeamStand,
  type Fault,
  type FromTeamThread,
  type TeamThread,
} from "../../testing/team-threads.ts";
import { Board } from "./board.ts";

const blinding = { kind: "scaled", r1: 12_345n, r2: 67_890n } as const;
/** So that a small circuit is cut into as many units as a large one. */
const leastBases = 256;
/** Longer than any test: whoever waits so long waits for ever. */
const endless = { leastMs: 3_600_000, times: 1 };
const short = { leastMs: 200, times: 1 };
/** Long enough for a proof of this circuit on a busy machine, short enough for a test. */
const PROOF_MS = 1_500;

let stand: Awaited<ReturnType<typeof openTeamStand>>;
const threads: TeamThread[] = [];

beforeAll(async () => {
  stand = await openTeamStand("scalar9", blinding);
}, 120_000);

afterEach(async () => {
  await Promise.all(threads.splice(0).map((thread) => thread.terminate()));
});

type Told<Name> = Extract<FromTeamThread, { name: Name }>;

/** The thread's next word, which must be this one. */
const hear = async <Name extends FromTeamThread["name"]>(
  thread: TeamThread,
  name: Name,
): Promise<Told<Name>> => {
  const told = await thread.next();
  if (told.name !== name) throw new Error(JSON.stringify(told));
  return told as Told<Name>;
};

const lead = async (team: Team, patience = endless, fault?: Fault): Promise<TeamThread> => {
  const thread = stand.lead(team.buffer, { patience, leastBases }, fault);
  threads.push(thread);
  await hear(thread, "ready");
  return thread;
};

/** A helper that waits for the leader. */
const help = async (team: Team, lane: number, fault?: Fault): Promise<TeamThread> => {
  team.lend(lane);
  const thread = stand.help(team.buffer, lane, fault);
  threads.push(thread);
  await hear(thread, "ready");
  return thread;
};

const isSilent = async (word: Promise<unknown>, ms: number): Promise<boolean> =>
  Promise.race([word.then(() => false), sleep(ms, true)]);

/** Units whose results came from a lane. */
const doneBy = (team: Team, lane: number): number => {
  const board = new Board(team);
  return (board.read()?.units ?? []).filter((_, index) => {
    const state = board.stateOf(index);
    return state.name === "done" && state.by.lane === lane;
  }).length;
};

/** Whoever does the work: a share never falls, and never passes the whole. */
const expectGrowing = (shares: readonly number[]): void => {
  expect(shares).toEqual([...shares].sort((one, other) => one - other));
  expect(shares.at(-1)).toBeLessThanOrEqual(1);
};

describe("a proof by several threads", () => {
  it.each([[[1]], [[1, 2]]])("is the very proof that one makes: helped by %j", async (lanes) => {
    const team = createTeam();
    const helpers = await Promise.all(lanes.map((lane) => help(team, lane)));
    const { proof, shares } = await hear(await lead(team), "proved");
    expect(proof).toBe(stand.alone);
    expectGrowing(shares);
    for (const lane of lanes) expect(doneBy(team, lane)).toBeGreaterThan(0);
    for (const helper of helpers) expect((await hear(helper, "helped")).kept).toBe(0);
    expect(team.isOver).toBe(true);
  });

  it("is made without helpers, too", async () => {
    const { proof, steps, shares } = await hear(await lead(createTeam()), "proved");
    expect(proof).toBe(stand.alone);
    expectGrowing(shares);
    // Of its own, unit after unit, up to the last.
    expect(shares.length).toBeGreaterThan(5);
    expect(shares.at(-1)).toBeCloseTo(1, 1);
    expect([...new Set(steps)]).toEqual(["NTT", "MSM B", "MSM A", "MSM C", "MSM H"]);
  });

  it("takes in a helper that comes late", async () => {
    const team = createTeam();
    const leader = await lead(team, endless, { name: "slow", ms: 50 });
    const helper = await help(team, 1);
    expect((await hear(leader, "proved")).proof).toBe(stand.alone);
    expect(doneBy(team, 1)).toBeGreaterThan(0);
    await hear(helper, "helped");
  });

  it("goes on without a helper that is called back", async () => {
    const team = createTeam();
    const helper = await help(team, 1, { name: "slow", ms: 5 });
    const leader = await lead(team, endless, { name: "slow", ms: 10 });
    await sleep(50);
    team.recall(1);
    await hear(helper, "helped");
    expect(team.isOver).toBe(false);
    // As the pool does. Whatever the lane proves next uses the memory that it used for this.
    team.dismiss(1);
    stand.spoil(1);
    expect((await hear(leader, "proved")).proof).toBe(stand.alone);
  });

  it.each(["polynomial", "sum"] as const)("survives a helper's death in a %s", async (during) => {
    const team = createTeam();
    const helper = await help(team, 1, { name: "stuck", during });
    const leader = await lead(team);
    await hear(helper, "stuck");
    await helper.terminate();
    const proved = hear(leader, "proved");
    // Negative control: as long as nobody says that it is dead, and no deadline passes, its unit is missing.
    expect(await isSilent(proved, PROOF_MS)).toBe(true);
    team.dismiss(1);
    stand.spoil(1);
    expect((await proved).proof).toBe(stand.alone);
  });

  it("does not wait beyond its deadline for a helper that stands still", async () => {
    const team = createTeam();
    const helper = await help(team, 1, { name: "stuck", during: "sum" });
    const leader = await lead(team, short);
    await hear(helper, "stuck");
    expect((await hear(leader, "proved")).proof).toBe(stand.alone);
  });

  it("takes no harm from a helper that is dead and lent again", async () => {
    const team = createTeam();
    const first = await help(team, 1, { name: "stuck", during: "sum" });
    const leader = await lead(team, endless, { name: "slow", ms: 10 });
    await hear(first, "stuck");
    await first.terminate();
    team.dismiss(1);
    stand.spoil(1);
    await help(team, 1);
    expect((await hear(leader, "proved")).proof).toBe(stand.alone);
  });
});

describe("helpers whose leader is ended", () => {
  it("are released at once, in the middle of a unit or waiting", async () => {
    const team = createTeam();
    const helpers = await Promise.all([help(team, 1, { name: "slow", ms: 50 }), help(team, 2)]);
    const leader = await lead(team, endless, { name: "stuck", during: "polynomial" });
    await hear(leader, "stuck");
    await leader.terminate();
    const released = Promise.all(helpers.map((helper) => hear(helper, "helped")));
    // Negative control: they do not know it by themselves.
    expect(await isSilent(released, 300)).toBe(true);
    const endedAt = performance.now();
    team.end();
    for (const { kept } of await released) expect(kept).toBe(0);
    expect(performance.now() - endedAt).toBeLessThan(1_000);
  });
});
