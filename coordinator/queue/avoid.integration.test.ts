import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Lease } from "./queue.ts";
import { attemptOf, circuits, leaseOne, newJob, openScenario, want } from "./testing/scenario.ts";
import type { Scenario } from "./testing/scenario.ts";

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
});
afterAll(() => scenario.close());
beforeEach(() => scenario.clear());

describe("a task that a worker lost or failed", () => {
  const fail = async (lease: Lease): Promise<void> => {
    await scenario.queue.fail({
      attempt: await attemptOf(scenario.queue, lease),
      cause: "internal",
      message: "proof generation failed: crash",
      stage: "msm",
      reproduced: false,
    });
    await scenario.pass(2_500);
    await scenario.queue.promote();
  };
  const lose = async (lease: Lease): Promise<void> => {
    await scenario.queue.adopt({ ...lease.worker, sessionId: "s-new" }, []);
  };
  /** Who gets the task when ann and ben want one each; ann would be first. */
  const next = async (...others: Parameters<typeof want>[1][]) => {
    const leases = await scenario.queue.lease([
      want("ann"),
      ...others.map((own) => want("ben", own)),
    ]);
    return leases.map((lease) => lease.worker.workerId);
  };

  it.each([
    ["failed", fail],
    ["lost", lose],
  ])("goes to another that wants it: %s", async (_, end) => {
    await scenario.queue.submit(newJob(1));
    await end(await leaseOne(scenario.queue, "ann"));
    expect(await next({})).toEqual(["ben"]);
  });

  it("leaves its worker the others", async () => {
    const { queue } = scenario;
    await queue.submit(newJob(3));
    const lost = await leaseOne(queue, "ann");
    await lose(lost);
    const leases = await queue.lease([want("ann", { slots: 2 }), want("ben")]);
    expect(leases).toHaveLength(3);
    expect(leases.find((lease) => lease.taskId === lost.taskId)?.worker.workerId).toBe("ben");
  });

  it("goes to the same one when nobody else wants its circuit", async () => {
    const { queue } = scenario;
    await queue.submit(newJob(1));
    await lose(await leaseOne(queue, "ann"));
    expect(await next({ circuits: [circuits.bls.id] })).toEqual(["ann"]);
  });

  it("goes to the same one when it is alone", async () => {
    const { queue } = scenario;
    await queue.submit(newJob(1));
    await fail(await leaseOne(queue, "ann"));
    expect(await next()).toEqual(["ann"]);
  });

  it("goes to any again after some seconds", async () => {
    const { queue } = scenario;
    await queue.submit(newJob(1));
    await lose(await leaseOne(queue, "ann"));
    await scenario.pass(5_100);
    expect(await next({})).toEqual(["ann"]);
  });
});
