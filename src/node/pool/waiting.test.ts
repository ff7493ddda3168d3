import { describe, expect, it } from "vitest";
import { attemptId } from "../../domain/ids.ts";
import { settle } from "../../testing/clock.ts";
import { task } from "../../testing/node.ts";
import { assignment, pooled, type PoolSetup } from "../../testing/pool.ts";
import { sharedKeyOf } from "../../testing/prepared-keys.ts";
import { filesOf, the, type FakeProver } from "../../testing/prover.ts";

/** Each proof of the circuit takes 1,000,000 bytes. */
const tight = async (setup: PoolSetup = {}) => {
  const made = pooled({ concurrency: 2, memoryBudgetBytes: 1_500_000, ...setup });
  await settle();
  return made;
};

const provenBy = (provers: readonly FakeProver[]): readonly number[] =>
  provers.map(({ requests }) => requests.length);

describe("proofs that do not fit together", () => {
  it("run one after another, and the one that waits says why", async () => {
    const { begun, events, give, proverOf, provers, reports } = await tight();
    await give(assignment(1), assignment(2));
    expect([provenBy(provers), begun]).toEqual([[1, 0], ["t_1"]]);
    expect(events.at(-1)).toEqual({
      type: "prover",
      prover: 1,
      state: {
        name: "waiting",
        circuitId: "addition",
        neededBytes: 1_000_000,
        budgetBytes: 1_500_000,
      },
    });
    proverOf(0).succeed();
    await settle();
    expect(provenBy(provers)).toEqual([1, 1]);
    proverOf(1).succeed();
    await settle();
    expect(reports.map(({ kind }) => kind)).toEqual(["completion", "completion"]);
  });

  it.each([
    ["there is room for both", 2_000_000],
    ["the budget is not known", 0],
  ])("negative control: run at once when %s", async (_when, memoryBudgetBytes) => {
    const { give, provers } = await tight({ memoryBudgetBytes });
    await give(assignment(1), assignment(2));
    expect(provenBy(provers)).toEqual([1, 1]);
  });

  it("go on when the one before them fails, however it does", async () => {
    const { give, proverOf, provers } = await tight();
    await give(assignment(1), assignment(2), assignment(3));
    proverOf(0).die("out of memory");
    await settle();
    expect(proverOf(1).requests).toHaveLength(1);
    expect(proverOf(2).requests).toHaveLength(0);
    proverOf(1).succeed();
    await settle();
    expect(provenBy(provers)).toEqual([1, 1, 1]);
  });

  it("may wait for longer than any proof may take", async () => {
    const { clock, give, proverOf, provers, reports } = await tight();
    await give(assignment(1, { hardLimitMs: 1e9 }), assignment(2, { hardLimitMs: 100_000 }));
    for (let minute = 0; minute < 10; minute += 1) {
      proverOf(0).progress("msm", 0);
      await clock.pass(60_000);
    }
    expect(reports).toEqual([]);
    proverOf(0).succeed();
    await settle();
    expect(provenBy(provers)).toEqual([1, 1]);
    await clock.pass(102_000);
    expect(reports.at(-1)).toMatchObject({ kind: "failure", cause: "timeout" });
  });

  it("a task that is cancelled while it waits leaves its prover alive and idle", async () => {
    const { clock, events, give, pool, proverOf, provers } = await tight();
    await give(assignment(1), assignment(2), assignment(3));
    pool.cancel(the(attemptId(task(2).attemptId)), "the owner cancelled");
    await clock.pass(1_000);
    expect(events.find(({ type }) => type === "attempt-lost")).toMatchObject({
      why: "the owner cancelled",
    });
    expect([provers.length, proverOf(1).terminated]).toEqual([2, false]);
    proverOf(0).succeed();
    await settle();
    expect(proverOf(1).attemptId).toBe(task(3).attemptId);
  });

  describe("and of which one can be shared", () => {
    const slots = { ...sharedKeyOf(1).slots, count: 2 };
    const key = { ...sharedKeyOf(1), slots };
    const helping = async () => {
      const made = await tight({
        togetherFrom: 16,
        load: (wanted) => Promise.resolve(filesOf(wanted, { key })),
      });
      await made.give(assignment(1), assignment(2));
      await made.clock.pass(100);
      expect(made.proverOf(1).helps).toHaveLength(1);
      return made;
    };

    it("a prover helps with the proof that it waits for, and begins its own when that is made", async () => {
      const { events, proverOf } = await helping();
      expect(events.at(-1)).toMatchObject({ prover: 1, state: { name: "helping" } });
      proverOf(0).succeed();
      await settle();
      expect(proverOf(1).requests).toHaveLength(0);
      proverOf(1).stopHelping();
      await settle();
      expect(proverOf(1).attemptId).toBe(task(2).attemptId);
    });

    it("one that could not help waits again", async () => {
      const { events, proverOf } = await helping();
      proverOf(1).stopHelping();
      await settle();
      expect(events.at(-1)).toMatchObject({ prover: 1, state: { name: "waiting" } });
    });

    it("one whose task is cancelled goes on helping", async () => {
      const { clock, events, pool, proverOf } = await helping();
      pool.cancel(the(attemptId(task(2).attemptId)), "the owner cancelled");
      await clock.pass(1_000);
      expect(proverOf(1).terminated).toBe(false);
      const last = events.findLast((event) => event.type === "prover" && event.prover === 1);
      expect(last).toMatchObject({ state: { name: "helping" } });
    });
  });
});
