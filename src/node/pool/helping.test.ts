import { describe, expect, it } from "vitest";
import type { CircuitFiles, SharedKey } from "../../artifacts/protocol.ts";
import { NodeFailure } from "../../domain/failure.ts";
import { attemptId } from "../../domain/ids.ts";
import { Team } from "../../domain/team.ts";
import { settle } from "../../testing/clock.ts";
import { task } from "../../testing/node.ts";
import { assignment, pooled, type PoolSetup } from "../../testing/pool.ts";
import { sharedKeyOf } from "../../testing/prepared-keys.ts";
import { filesOf, the, type FakeProver } from "../../testing/prover.ts";

const keyFor = (count: number): SharedKey => {
  const key = sharedKeyOf(1);
  return { ...key, slots: { ...key.slots, count } };
};

/** Three provers for a circuit whose domain has 16 elements and whose key has room for all of them. */
const lending = async (setup: PoolSetup = {}, files: Partial<CircuitFiles> = {}) => {
  const made = pooled({
    ...{ concurrency: 3, togetherFrom: 16 },
    load: (wanted) => Promise.resolve(filesOf(wanted, { key: keyFor(3), ...files })),
    ...setup,
  });
  await settle();
  await made.clock.pass(1_000);
  return made;
};

const helpsOf = (provers: readonly FakeProver[]): readonly number[] =>
  provers.map(({ helps }) => helps.length);

const teamOf = (prover: FakeProver): Team => new Team(the(prover.requests.at(-1)?.team));

describe("a prover without a task", () => {
  it("is lent to a large proof, and says so", async () => {
    const { events, give, proverOf, provers } = await lending();
    await give(assignment(1));
    expect(helpsOf(provers)).toEqual([0, 1, 1]);
    expect(proverOf(1).helps[0]).toMatchObject({ lane: 1, team: proverOf(0).requests[0]?.team });
    const team = teamOf(proverOf(0));
    expect([team.helpers, team.isLent(1), team.isLent(2)]).toEqual([2, true, true]);
    const state = { name: "helping", leader: 0, circuitId: "addition" };
    expect(events).toContainEqual({ type: "prover", prover: 1, state });
  });

  it.each<[string, PoolSetup, Partial<CircuitFiles>]>([
    ["the proof is small", { togetherFrom: 17 }, {}],
    ["the key is not in shared memory", {}, { key: undefined }],
    ["there is room for one only", {}, { key: keyFor(1) }],
  ])("negative control: is not lent when %s", async (_why, setup, files) => {
    const { give, proverOf, provers } = await lending(setup, files);
    await give(assignment(1));
    expect(helpsOf(provers)).toEqual([0, 0, 0]);
    expect(proverOf(0).requests[0]?.team).toBeUndefined();
  });

  it("is not lent again to a proof whose team is over, while its leader still checks it", async () => {
    const { clock, events, give, proverOf, provers } = await lending();
    await give(assignment(1));
    const team = teamOf(proverOf(0));
    expect(helpsOf(provers)).toEqual([0, 1, 1]);
    team.end();
    proverOf(1).stopHelping();
    proverOf(2).stopHelping();
    await clock.pass(1_000);
    expect(helpsOf(provers)).toEqual([0, 1, 1]);
    const last = events.findLast((event) => event.type === "prover" && event.prover === 1);
    expect(last).toMatchObject({ state: { name: "idle" } });
  });

  it("is lent when it has had no task for a moment, not between two tasks", async () => {
    const { clock, give, proverOf, provers } = await lending({ concurrency: 2 });
    await give(assignment(1), assignment(2));
    proverOf(1).succeed();
    await settle();
    expect(helpsOf(provers)).toEqual([0, 0]);
    await clock.pass(50);
    expect(helpsOf(provers)).toEqual([0, 1]);
  });

  it("is called back when a task comes for it, and proves when it is back", async () => {
    const { give, proverOf, provers } = await lending({ concurrency: 2 });
    await give(assignment(1));
    const team = teamOf(proverOf(0));
    await give(assignment(2));
    expect([team.helpers, team.stay(1) === undefined]).toEqual([0, false]);
    expect(proverOf(1).requests).toHaveLength(0);
    proverOf(1).stopHelping();
    await settle();
    expect(team.stay(1)).toBeUndefined();
    expect(proverOf(1).requests.map(({ attemptId: id }) => id)).toEqual([task(2).attemptId]);
    expect(provers).toHaveLength(2);
  });

  it("is free again when the proof is made", async () => {
    const { clock, events, give, proverOf, provers } = await lending({ concurrency: 2 });
    await give(assignment(1));
    const team = teamOf(proverOf(0));
    proverOf(0).succeed();
    await settle();
    expect(team.isOver).toBe(true);
    proverOf(1).stopHelping();
    await settle();
    const states = events.filter((event) => event.type === "prover" && event.prover === 1);
    expect(states.at(-1)).toMatchObject({ state: { name: "idle" } });
    await clock.pass(50);
    await give(assignment(2));
    // Lane 1 has waited longer, so the task is its own.
    expect(helpsOf(provers)).toEqual([1, 1]);
  });

  it("is released at once when the proof that it helps with is cancelled", async () => {
    const { give, pool, proverOf } = await lending({ concurrency: 2 });
    await give(assignment(1));
    const team = teamOf(proverOf(0));
    expect(team.isOver).toBe(false);
    pool.cancel(the(attemptId(task(1).attemptId)), "the owner cancelled");
    await settle();
    expect([proverOf(0).terminated, team.isOver, proverOf(1).terminated]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("is dismissed from the team when it dies, before another takes its place", async () => {
    const { clock, give, proverOf, provers } = await lending({ concurrency: 2 });
    await give(assignment(1));
    const team = teamOf(proverOf(0));
    proverOf(1).die("out of memory");
    await settle();
    expect(team.stay(1)).toBeUndefined();
    expect(provers).toHaveLength(3);
    // The new one is not lent before it has shown that it can prove.
    await clock.pass(1_000);
    expect(helpsOf(provers)).toEqual([0, 1, 0]);
  });

  it("is not asked again when it could not help, until it has proven something", async () => {
    const { clock, give, proverOf, provers } = await lending({ concurrency: 2 });
    await give(assignment(1));
    proverOf(1).stopHelping(new NodeFailure("internal", "no room"));
    await clock.pass(1_000);
    expect([helpsOf(provers), proverOf(1).terminated]).toEqual([[0, 1], false]);
    await give(assignment(2));
    proverOf(1).succeed();
    await clock.pass(1_000);
    expect(helpsOf(provers)).toEqual([0, 2]);
  });

  it("is replaced when it does not come back within half a minute", async () => {
    const { clock, give, proverOf, provers } = await lending({ concurrency: 2 });
    await give(assignment(1));
    await give(assignment(2));
    await clock.pass(29_000);
    expect(proverOf(1).terminated).toBe(false);
    await clock.pass(2_000);
    expect(proverOf(1).terminated).toBe(true);
    expect(proverOf(2).requests.map(({ attemptId: id }) => id)).toEqual([task(2).attemptId]);
    expect(provers).toHaveLength(3);
  });

  it("helps with the last proof while the node drains, and ends then", async () => {
    const { close, give, pool, proverOf } = await lending({ concurrency: 2 });
    await give(assignment(1));
    pool.finish();
    const closed = close();
    await settle();
    expect(proverOf(1).terminated).toBe(false);
    proverOf(0).succeed();
    await settle();
    proverOf(1).stopHelping();
    await closed;
    expect(proverOf(1).terminated).toBe(true);
  });
});
