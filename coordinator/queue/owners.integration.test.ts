import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findAccess, hashKey, receiptKey, storeAccessKey, ticketKeys } from "./keys.ts";
import {
  attemptOf,
  circuits,
  leaseOne,
  must,
  newJob,
  openScenario,
  proofOf,
  want,
  worker,
} from "./testing/scenario.ts";
import type { Scenario } from "./testing/scenario.ts";
import type { NewSession, Queue } from "./queue.ts";

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
});
afterAll(() => scenario.close());
beforeEach(() => scenario.clear());

/** Owners of the next `count` leases, in order. */
const served = async (queue: Queue, count: number): Promise<readonly string[]> => {
  const leases = await queue.lease([want("ann", { slots: count })]);
  return leases.map((lease) => lease.project.name);
};

const of = (owner: string) => ({
  owner,
  project: { name: owner, purpose: "", url: "", practice: false },
});

describe("fairness", () => {
  it("lets an owner that comes late with little stand between the tasks of one with much", async () => {
    const { queue } = scenario;
    await queue.submit(newJob(1_000, of("large")));
    for (let place = 0; place < 9; place++) await queue.submit(newJob(10, of(`small${place}`)));
    const first = await served(queue, 100);
    const counts = new Map<string, number>();
    for (const owner of first) counts.set(owner, (counts.get(owner) ?? 0) + 1);
    const shares = [...counts.values()];
    const jain =
      shares.reduce((a, b) => a + b, 0) ** 2 /
      (shares.length * shares.reduce((a, b) => a + b * b, 0));
    expect(shares).toHaveLength(10);
    expect(jain).toBeGreaterThanOrEqual(0.95);
  });

  it("gives an owner that was idle no arrears", async () => {
    const { queue } = scenario;
    await queue.submit(newJob(50, of("busy")));
    for (const lease of await queue.lease([want("ann", { slots: 40 })]))
      await queue.accept(proofOf(await attemptOf(queue, lease)));
    await queue.submit(newJob(50, of("idle")));
    const next = await served(queue, 10);
    expect(next.filter((owner) => owner === "busy").length).toBeGreaterThanOrEqual(4);
  });

  it("goes by weight", async () => {
    const { queue, database } = scenario;
    await database.sql`insert into owners (id, weight) values ('heavy', 3) on conflict (id) do update set weight = 3`;
    await queue.submit(newJob(100, of("light")));
    await queue.submit(newJob(100, of("heavy")));
    const first = await served(queue, 40);
    const heavy = first.filter((owner) => owner === "heavy").length;
    expect(heavy).toBeGreaterThanOrEqual(28);
    expect(heavy).toBeLessThanOrEqual(32);
  });

  it("puts a background owner's tasks behind everybody's, also when nothing was leased before", async () => {
    const { queue, database } = scenario;
    await database.sql`
      insert into owners (id, weight, background) values ('practice', 0.001, true)
      on conflict (id) do nothing`;
    const practise = async (count: number): Promise<void> => {
      for (let place = 0; place < count; place++) await queue.submit(newJob(1, of("practice")));
    };
    await practise(20);
    const idle = await queue.submit(newJob(2, { ...of("ann"), circuitId: circuits.bls.id }));
    expect(must(await queue.job("ann", idle.jobId)).queuePosition).toBe(0);
    expect(await served(queue, 3)).toEqual(["ann", "ann", "practice"]);
    await practise(1);
    await queue.submit(newJob(1, of("ben")));
    await queue.submit(newJob(1, of("ann")));
    expect((await served(queue, 2)).toSorted()).toEqual(["ann", "ben"]);
    expect(await served(queue, 30)).toEqual(Array.from({ length: 20 }, () => "practice"));
  });

  it("keeps priority within the owner's own share", async () => {
    const { queue } = scenario;
    await queue.submit(newJob(4, of("ann")));
    await queue.submit(newJob(4, of("ben")));
    const { jobId } = await queue.submit(newJob(2, { ...of("ann"), priority: 10 }));
    const leases = await queue.lease([want("w", { slots: 4 })]);
    expect(leases.map((lease) => lease.project.name).toSorted()).toEqual([
      "ann",
      "ann",
      "ben",
      "ben",
    ]);
    const annsFirst = leases.filter((lease) => lease.project.name === "ann");
    expect(annsFirst.map((lease) => lease.jobId)).toEqual([jobId, jobId]);
  });

  it("deals a party's tasks round its workers", async () => {
    const { queue } = scenario;
    await queue.submit(newJob(3));
    const leases = await queue.lease([want("ann", { slots: 2 }), want("ben", { slots: 2 })]);
    expect(leases.map((lease) => lease.worker.workerId).toSorted()).toEqual(["ann", "ann", "ben"]);
  });

  it("serves picky workers first of what only they can take", async () => {
    const { queue } = scenario;
    await queue.submit(newJob(1, { circuitId: circuits.bls.id }));
    await queue.submit(newJob(1));
    const leases = await queue.lease([want("any"), want("picky", { circuits: [circuits.bls.id] })]);
    expect(leases.map((lease) => [lease.worker.workerId, lease.circuitId]).toSorted()).toEqual([
      ["any", "addition"],
      ["picky", "addition_bls"],
    ]);
  });
});

describe("submissions", () => {
  it("with the same idempotency key are one job, also at the same time", async () => {
    const { queue } = scenario;
    const submit = () => queue.submit(newJob(2, { idempotencyKey: "once" }));
    const results = await Promise.all([submit(), submit(), submit()]);
    expect(new Set(results.map((result) => result.jobId)).size).toBe(1);
    expect(results.filter((result) => !result.existed)).toHaveLength(1);
    expect(
      (await queue.submit(newJob(2, { owner: "other", idempotencyKey: "once" }))).existed,
    ).toBe(false);
  });

  it("beyond a limit are refused with the time to try again, and nothing is stored", async () => {
    const limited = await scenario.replica({
      queuedPerOwner: 10,
      queuedInAll: 15,
      inputBytesPerOwner: 30,
    });
    await limited.submit(newJob(8));
    const retry = { kind: "exhausted", retryAfterMs: 30_000 };
    await expect(limited.submit(newJob(3))).rejects.toMatchObject({
      ...retry,
      reason: "OWNER_QUEUE_FULL",
    });
    await expect(limited.submit(newJob(1, { inputs: [new Uint8Array(23)] }))).rejects.toMatchObject(
      { ...retry, reason: "OWNER_INPUTS_FULL" },
    );
    await expect(limited.submit(newJob(8, { owner: "other" }))).rejects.toMatchObject({
      ...retry,
      reason: "QUEUE_FULL",
    });
    await limited.submit(newJob(2));
    expect((await limited.jobs("local", { size: 10, token: "" })).jobs).toHaveLength(2);
    expect((await limited.jobs("other", { size: 10, token: "" })).jobs).toHaveLength(0);
  });

  it("keep inputs byte by byte, also large ones in many chunks", async () => {
    const { queue } = scenario;
    const inputs = Array.from({ length: 9 }, (_, place) => new Uint8Array(1 << 20).fill(place));
    await queue.submit(newJob(9, { inputs }));
    const leases = await queue.lease([want("ann", { slots: 9 })]);
    expect(leases.map((lease) => [lease.input.length, lease.input[0], lease.input.at(-1)])).toEqual(
      inputs.map((input, place) => [input.length, place, place]),
    );
  });

  it("for a circuit that is gone are refused", async () => {
    const gone = newJob(1, { zkeyDigest: "0".repeat(64) });
    await expect(scenario.queue.submit(gone)).rejects.toMatchObject({
      kind: "not-found",
      reason: "CIRCUIT_UNKNOWN",
    });
  });
});

describe("an owner's jobs", () => {
  it("are paged newest first and nobody else's", async () => {
    const { queue } = scenario;
    const ids: string[] = [];
    for (let place = 0; place < 5; place++) ids.push((await queue.submit(newJob(1))).jobId);
    await queue.submit(newJob(1, { owner: "other" }));
    const first = await queue.jobs("local", { size: 3, token: "" });
    const second = await queue.jobs("local", { size: 3, token: first.nextToken });
    expect([...first.jobs, ...second.jobs].map((job) => job.jobId)).toEqual(ids.toReversed());
    expect(second.nextToken).toBe("");
    expect(await queue.job("other", must(first.jobs[0]).jobId)).toBeUndefined();
  });

  it("know how many queued tasks stand before them", async () => {
    const { queue } = scenario;
    await queue.submit(newJob(5, { owner: "other" }));
    const { jobId } = await queue.submit(newJob(1));
    expect(must(await queue.job("local", jobId)).queuePosition).toBeLessThanOrEqual(5);
    const third = await queue.submit(newJob(1));
    expect(must(await queue.job("local", third.jobId)).queuePosition).toBeGreaterThan(0);
  });

  it("are cancelled with their live attempts, whose late proofs are told so; slots are given back", async () => {
    const { queue, database } = scenario;
    const { jobId } = await queue.submit(newJob(3));
    const lease = await leaseOne(queue, "ann");
    const attempt = await attemptOf(queue, lease);
    expect(await queue.cancel("other", jobId)).toEqual({ tasks: 0, attempts: [] });
    expect(await queue.cancel("local", jobId)).toEqual({
      tasks: 3,
      attempts: [{ attemptId: lease.attemptId, workerId: "ann" }],
    });
    expect(must(await queue.job("local", jobId)).counts.cancelled).toBe(3);
    expect((await queue.accept(proofOf(attempt))).verdict).toBe("cancelled");
    expect(await database.sql`select vtime from owners where id = 'local'`).toEqual([
      { vtime: 0n },
    ]);
  });

  it("end with their circuit", async () => {
    const { queue } = scenario;
    const { jobId } = await queue.submit(newJob(2));
    await queue.submit(newJob(1, { circuitId: circuits.bls.id }));
    expect((await queue.cancelCircuit(circuits.addition.id)).tasks).toBe(2);
    expect(must(await queue.job("local", jobId)).counts.cancelled).toBe(2);
    expect(await queue.stats()).toMatchObject({ queued: 1 });
  });
});

describe("workers", () => {
  const session = (name: string, other: Partial<NewSession> = {}): NewSession => ({
    workerId: worker(name),
    sessionId: "s-1",
    tokenHash: undefined,
    freshTokenHash: hashKey(`token of ${name}`),
    capabilities: { circuits: "*" },
    maxConcurrentTasks: 2,
    buildVersion: "1",
    ...other,
  });

  it("are enrolled once, renewed with their token and refused without", async () => {
    const { queue } = scenario;
    expect(await queue.registerWorker(session("ann"))).toEqual({ outcome: "enrolled" });
    expect(await queue.registerWorker(session("ann", { freshTokenHash: hashKey("mine") }))).toEqual(
      { outcome: "refused" },
    );
    expect(await queue.registerWorker(session("ann", { tokenHash: hashKey("mine") }))).toEqual({
      outcome: "refused",
    });
    const renewal = session("ann", {
      tokenHash: hashKey("token of ann"),
      freshTokenHash: hashKey("unused"),
      sessionId: "s-2",
    });
    expect(await queue.registerWorker(renewal)).toEqual({ outcome: "renewed" });
  });

  it("are active, then suspect, then gone; only their current session counts as a sign of life", async () => {
    const { queue } = scenario;
    await queue.registerWorker(session("ann"));
    const state = async () => must((await queue.workers())[0]).state;
    expect(await state()).toBe("active");
    await scenario.pass(21_000);
    expect(await state()).toBe("suspect");
    await queue.seen([{ workerId: worker("ann"), sessionId: "old" }]);
    expect(await state()).toBe("suspect");
    await queue.seen([{ workerId: worker("ann"), sessionId: "s-1" }]);
    expect(await state()).toBe("active");
    await scenario.pass(91_000);
    expect(await state()).toBe("gone");
  });

  it("take their attempts along to another replica; what they do not name is queued again", async () => {
    const { queue } = scenario;
    await queue.submit(newJob(3));
    const [kept, dropped] = await queue.lease([want("ann", { slots: 2 })]);
    const others = await leaseOne(queue, "ben");
    const replica = await scenario.replica();
    const named = [must(kept).attemptId, others.attemptId];
    const outcome = await replica.adopt({ workerId: worker("ann"), sessionId: "s-new" }, named);
    expect(outcome).toEqual({ adopted: [must(kept).attemptId], lost: [others.attemptId] });
    expect(await queue.proof("local", must(dropped).taskId)).toMatchObject({ state: "queued" });
    expect(await queue.releaseReplica(), "the first replica has ben's left").toEqual([
      others.taskId,
    ]);
    expect(await replica.start(must(kept).attemptId, worker("ann"))).toBe(true);
    expect(await replica.releaseReplica(), "what is being proven stays").toEqual([]);
  });
});

describe("keys", () => {
  it("are known by their hash, of the kind they were stored as, until revoked", async () => {
    const { sql } = scenario.database;
    await storeAccessKey(sql, hashKey("pah_admin_x"), { kind: "admin", owner: "local" });
    expect(await findAccess(sql, hashKey("pah_admin_x"))).toEqual({
      kind: "admin",
      owner: "local",
    });
    expect(await findAccess(sql, hashKey("pah_admin_y"))).toBeUndefined();
    await sql`update access_keys set revoked_at = now() where hash = ${hashKey("pah_admin_x")}`;
    await storeAccessKey(sql, hashKey("pah_admin_x"), { kind: "admin", owner: "local" });
    expect(await findAccess(sql, hashKey("pah_admin_x"))).toBeUndefined();
  });

  it("of tickets have two generations, and replicas that start together share them", async () => {
    const { sql } = scenario.database;
    const [one, other] = await Promise.all([ticketKeys(sql), ticketKeys(sql)]);
    expect(one).toEqual(other);
    expect(one.previous).toBeUndefined();
    await sql`
      insert into secrets (name, generation, value) values ('ticket-key', 2, ${new Uint8Array(32).fill(1)})`;
    const second = await ticketKeys(sql);
    expect(second.previous).toEqual(one.current);
    expect(second.current).not.toEqual(one.current);
    expect(await receiptKey(sql)).toEqual(await receiptKey(sql));
  });
});
