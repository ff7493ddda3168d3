import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  attemptOf,
  circuits,
  enrol,
  leaseOne,
  must,
  newJob,
  openScenario,
  proofOf,
  want,
} from "./testing/scenario.ts";
import type { Scenario } from "./testing/scenario.ts";

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
});
afterAll(() => scenario.close());
beforeEach(() => scenario.clear());

describe("a task's life", () => {
  it("goes from submission by a lease to an accepted proof that its owner fetches", async () => {
    const { queue } = scenario;
    await enrol(queue, "ann");
    const { jobId } = await queue.submit(newJob(1, { pinnedPublicSignals: ["42", ""] }));
    const lease = await leaseOne(queue, "ann");
    expect(new TextDecoder().decode(lease.input)).toBe("0");
    expect(lease).toMatchObject({
      jobId,
      attemptNumber: 1,
      leaseTtlMs: 90_000,
      hardLimitMs: 600_000,
      pinnedPublicSignals: ["42", ""],
    });
    expect(lease.attemptId).toMatch(/^[0-9a-f]{32}$/u);
    const attempt = await attemptOf(queue, lease);
    expect(attempt).toMatchObject({ taskState: "leased", pinnedPublicSignals: ["42", ""] });

    const proof = proofOf(attempt);
    const outcome = await queue.accept(proof);
    expect(outcome.verdict).toBe("accepted");

    const row = must(await queue.proof("local", lease.taskId));
    expect(row.state).toBe("accepted");
    const result = must(row.result);
    expect(Buffer.from(result.proof)).toEqual(Buffer.from(proof.proof));
    expect(result.publicSignals).toEqual(["42", "7"]);
    expect(result.workerId).toBe("ann");
    const job = must(await queue.job("local", jobId));
    expect(job.counts.accepted).toBe(1);
    expect(job.tasks[0]?.attempts).toMatchObject([
      { attemptId: lease.attemptId, number: 1, outcome: "accepted", durationMs: 1_500 },
    ]);
    expect(await queue.workers()).toMatchObject([
      { workerId: "ann", state: "active", completed: 1, failed: 0, activeTasks: 0 },
    ]);
    expect(await queue.stats()).toMatchObject({
      queued: 0,
      leased: 0,
      acceptedTotal: 1,
      acceptedLastMinute: 1,
    });
  });

  it("keeps no input once it is final", async () => {
    const { queue, database } = scenario;
    await queue.submit(newJob(1));
    await queue.accept(proofOf(await attemptOf(queue, await leaseOne(queue, "ann"))));
    const tables = await database.sql<{ holds: string }[]>`
      select table_name as holds from information_schema.columns where column_name = 'input'`;
    expect(tables.map((table) => table.holds)).toEqual(["tasks"]);
    expect(await database.sql`select id from tasks`).toHaveLength(0);
  });

  it("gives a worker only circuits, curves and sizes that it can prove", async () => {
    const { queue } = scenario;
    for (const { id } of Object.values(circuits)) await queue.submit(newJob(1, { circuitId: id }));
    const get = async (other: Parameters<typeof want>[1]) => {
      const leases = await queue.lease([want("ann", { slots: 9, ...other })]);
      await queue.release(
        want("ann").worker,
        leases.map((lease) => lease.attemptId),
        "test",
      );
      return leases.map((lease) => lease.circuitId).toSorted();
    };
    expect(await get({})).toEqual(["addition", "addition_bls", "merkle_proof"]);
    expect(await get({ curves: ["bls12381"] })).toEqual(["addition_bls"]);
    expect(await get({ deniedCircuits: [circuits.merkle.id] })).toEqual([
      "addition",
      "addition_bls",
    ]);
    expect(await get({ memoryBudgetBytes: 2_000_000 })).toEqual(["addition", "addition_bls"]);
    expect(await get({ circuits: [circuits.merkle.id] })).toEqual(["merkle_proof"]);
    expect(await get({ circuits: [] })).toEqual([]);
  });

  it.each([
    ["memory", { memoryBudgetBytes: 2 ** 64 }],
    ["no memory", { memoryBudgetBytes: Number.NaN }],
    ["class", { nodeClass: 2 ** 40 }],
    ["half a class", { nodeClass: 1.5 }],
    ["half a slot", { slots: 1.5 }],
    ["curve with a NUL", { curves: ["bn128", "\0"] }],
    ["half a character", { curves: ["bn128", "\ud800"] }],
  ])("leases for all, whatever one of them says of itself: %s", async (_, odd) => {
    const { queue } = scenario;
    await queue.submit(newJob(2));
    const leases = await queue.lease([want("odd", odd), want("ann")]);
    expect(leases.map((lease) => lease.worker.workerId).toSorted()).toEqual(["ann", "odd"]);
  });
});
