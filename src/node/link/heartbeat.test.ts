import { describe, expect, it } from "vitest";
import { NodeFailure } from "../../domain/failure.ts";
import { sessionId, workerId } from "../../domain/ids.ts";
import type { Beat, BeatAnswer } from "../../domain/session.ts";
import { FakeClock } from "../../testing/clock.ts";
import { the } from "../../testing/prover.ts";
import { Heartbeat, type BeatBody } from "./heartbeat.ts";

const body: BeatBody = {
  token: "token",
  intake: "active",
  reason: "",
  attempts: [],
  metrics: {
    activeTasks: 0,
    queuedTasks: 0,
    completed: 1,
    failed: 0,
    proofDurations: [],
    calls: [],
    streamOpenMs: 0,
  },
  slots: 2,
  returned: [],
};

const beating = (intervalMs = 5_000) => {
  const clock = new FakeClock();
  const end = new AbortController();
  const beacons: Beat[] = [];
  const calls: Beat[] = [];
  const restored: BeatBody[] = [];
  const logged: string[] = [];
  const refused: NodeFailure[] = [];
  const state = {
    hangs: false,
    queued: true,
    answers: (): Promise<BeatAnswer> => Promise.resolve(answer),
  };
  const write = (msg: string): void => void logged.push(msg);
  const log = { debug: write, info: write, warn: write, error: write, at: () => log };
  const session = {
    workerId: the(workerId("node-1")),
    sessionId: the(sessionId("s1")),
  };
  const heartbeat = new Heartbeat({
    coordinator: {
      heartbeat: (beat) => {
        calls.push(beat);
        return state.answers();
      },
    },
    clock,
    log,
    session: () => session,
    body: () => body,
    restore: (back) => restored.push(back),
    beacon: (beat) => {
      if (state.queued) beacons.push(beat);
      return state.hangs ? new Promise(() => undefined) : Promise.resolve(state.queued);
    },
    answered: () => undefined,
    refused: (failure) => refused.push(failure),
    intervalMs: () => intervalMs,
    leaseTtlMs: () => 90_000,
  });
  void heartbeat.run(end.signal);
  return { clock, end, beacons, calls, restored, logged, refused, state, heartbeat };
};

const answer: BeatAnswer = { lost: [], wanted: "as-is", serverUnixMs: 0, reregister: false };

describe("heartbeats", () => {
  it("go as beacons, and every fourth as a call whose answer is read", async () => {
    const { beacons, calls, clock } = beating();
    await clock.pass(60_000);
    expect([beacons.length, calls.length]).toEqual([9, 3]);
    const sequences = [...beacons, ...calls].map(({ sequence }) => sequence).sort((a, b) => a - b);
    expect(sequences).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(calls.map(({ sequence }) => sequence)).toEqual([4, 8, 12]);
  });

  it("are answered at least once per third of the lease, however long the interval", async () => {
    const { beacons, calls, clock } = beating(20_000);
    await clock.pass(80_000);
    expect([beacons.length, calls.length]).toEqual([0, 4]);
  });

  it("that are not answered within 3 s are logged, and the next one goes out in time", async () => {
    const { beacons, calls, clock, logged, restored, state } = beating();
    state.answers = () => new Promise(() => undefined);
    await clock.pass(22_900);
    expect(logged).toEqual([]);
    await clock.pass(200);
    expect(logged).toEqual(["Heartbeat failed"]);
    expect(restored).toHaveLength(1);
    await clock.pass(10_000);
    expect(calls.length + beacons.length).toBeGreaterThan(4);
  });

  it("that are refused ask for a new registration", async () => {
    const { clock, refused, state } = beating();
    state.answers = () => Promise.reject(new NodeFailure("refused", "no such session"));
    await clock.pass(20_100);
    expect(refused.map(({ message }) => message)).toEqual(["no such session"]);
  });

  it("that neither beacon nor keepalive call took keep their counters for the next", async () => {
    const { clock, restored, state } = beating();
    state.queued = false;
    await clock.pass(5_100);
    expect(restored).toHaveLength(1);
  });

  it("go on when one of them hangs on its way out, with its counters in the next", async () => {
    const { calls, clock, logged, restored, state } = beating();
    state.hangs = true;
    await clock.pass(60_000);
    expect(calls.length).toBeGreaterThan(1);
    expect(restored.length).toBeGreaterThan(3);
    expect(new Set(logged)).toEqual(new Set(["Heartbeat failed"]));
  });

  it("say goodbye with a sequence that no late beat can pass", () => {
    const { heartbeat } = beating();
    const goodbye = heartbeat.goodbye(body);
    expect(goodbye).toMatchObject({ intake: "leaving", sequence: Number.MAX_SAFE_INTEGER });
  });
});
