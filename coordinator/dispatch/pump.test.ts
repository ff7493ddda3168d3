import { afterEach, describe, expect, it } from "vitest";
import { silentLog } from "../db/testing/silent-log.ts";
import type { Lease, LeaseWant } from "../queue/queue.ts";
import { attemptId, circuitId, jobId, taskId, workerId } from "../../src/domain/ids.ts";
import { openFeed } from "./feed.ts";
import { openPump } from "./pump.ts";
import type { Pump } from "./pump.ts";
import { newSession } from "./session.ts";
import type { Session } from "./session.ts";
import { openTickets } from "./ticket.ts";

const known = <Id>(id: Id | undefined): Id => id ?? expect.unreachable("malformed id in a test");

const idleSession = (number: number): Session => {
  const session = newSession({
    ref: { workerId: known(workerId(`w${number}`)), sessionId: `s${number}` },
    profile: {
      protocolVersion: 1,
      buildVersion: "",
      circuits: "*",
      curves: ["bn128"],
      deniedCircuits: [],
      memoryBudgetBytes: 0,
      nodeClass: 0,
      maxConcurrentTasks: 1,
    },
    tokenHash: new Uint8Array(),
    now: 0,
    heartbeatIntervalMs: 5_000,
  });
  session.feed = openFeed(0);
  return session;
};

let count = 0;
const leaseFor = (want: LeaseWant): Lease => {
  count += 1;
  return {
    taskId: known(taskId(`t${count}`)),
    attemptId: known(attemptId(`a${count}`)),
    attemptNumber: 1,
    worker: want.worker,
    circuitId: known(circuitId("addition")),
    zkeyDigest: "",
    input: new Uint8Array(),
    createdAtMs: 0,
    leaseTtlMs: 90_000,
    hardLimitMs: 600_000,
    project: { name: "", purpose: "", url: "", practice: false },
    jobId: known(jobId("j")),
    pinnedPublicSignals: [],
  };
};

let pump: Pump;
afterEach(() => pump.stop());

const pumpOver = (
  sessions: readonly Session[],
  lease: (wants: readonly LeaseWant[]) => Promise<readonly Lease[]>,
): void => {
  pump = openPump({
    queue: { lease, release: () => Promise.resolve([]) },
    sessions: () => sessions,
    current: (ref) => sessions.find((one) => one.ref.sessionId === ref.sessionId),
    assigned: () => undefined,
    served: () => [known(circuitId("addition"))],
    tickets: openTickets([new Uint8Array(32)]),
    now: () => 0,
    log: silentLog,
  });
  pump.kick();
};

const holding = (sessions: readonly Session[]): readonly Session[] =>
  sessions.filter((one) => one.held.size > 0);

describe("the pump", () => {
  it("asks for every idle worker, also beyond one statement's worth", async () => {
    const sessions = Array.from({ length: 600 }, (_, number) => idleSession(number));
    // Only the last worker's circuit has a task.
    const able = sessions[599] ?? expect.unreachable();
    const sizes: number[] = [];
    pumpOver(sessions, (wants) => {
      sizes.push(wants.length);
      const its = wants.filter((want) => want.worker === able.ref);
      return Promise.resolve(able.held.size > 0 ? [] : its.map(leaseFor));
    });
    await expect.poll(() => able.held.size).toBe(1);
    expect(Math.max(...sizes)).toBe(256);
  });

  it("begins with another worker each time", async () => {
    const sessions = [0, 1, 2].map(idleSession);
    const first: string[] = [];
    pumpOver(sessions, (wants) => {
      first.push(wants[0]?.worker.workerId ?? "");
      return Promise.resolve([]);
    });
    for (const times of [1, 2, 3]) {
      await expect.poll(() => first.length).toBe(times);
      await pump.settled();
      await new Promise((resolve) => setImmediate(resolve));
      pump.kick();
    }
    expect(first.slice(0, 3)).toEqual(["w0", "w1", "w2"]);
  });

  it("serves the others when one worker's wants make the statement fail", async () => {
    const sessions = Array.from({ length: 10 }, (_, number) => idleSession(number));
    const poisoned = sessions[4] ?? expect.unreachable();
    let refusals = 0;
    pumpOver(sessions, (wants) => {
      if (wants.some((want) => want.worker === poisoned.ref)) {
        refusals += 1;
        return Promise.reject(Object.assign(new Error("out of range"), { code: "22003" }));
      }
      return Promise.resolve(wants.map(leaseFor));
    });
    await expect.poll(() => holding(sessions).length).toBe(9);
    // Once together and once alone; then it rests.
    pump.kick();
    await pump.settled();
    expect(refusals).toBe(2);
    expect(poisoned.restUntil).toBeGreaterThan(0);
  });

  it("asks for no circuit that this replica does not serve", async () => {
    const [any, one, other] = [0, 1, 2].map(idleSession);
    if (any === undefined || one === undefined || other === undefined) return expect.unreachable();
    const only = (session: Session, id: string): Session => ({
      ...session,
      profile: { ...session.profile, circuits: [known(circuitId(id))] },
    });
    const asked: unknown[] = [];
    pumpOver([any, only(one, "addition"), only(other, "elsewhere")], (wants) => {
      asked.push(...wants.map((want) => want.circuits));
      return Promise.resolve([]);
    });
    await expect.poll(() => asked.length).toBe(3);
    expect(asked).toEqual([["addition"], ["addition"], []]);
  });

  it("asks nobody alone when the database is away", async () => {
    const sessions = Array.from({ length: 10 }, (_, number) => idleSession(number));
    const sizes: number[] = [];
    pumpOver(sessions, (wants) => {
      sizes.push(wants.length);
      return Promise.reject(Object.assign(new Error("gone"), { code: "CONNECTION_CLOSED" }));
    });
    await expect.poll(() => sizes.length).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(sizes).toEqual([10]);
  });
});
