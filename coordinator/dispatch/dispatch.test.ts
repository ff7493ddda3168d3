import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Beat, Lease, LeaseWant, Queue, SessionRef, Wake } from "../queue/queue.ts";
import { attemptId, circuitId, jobId, taskId, workerId } from "../../src/domain/ids.ts";
import type { AttemptId } from "../../src/domain/ids.ts";
import { silentLog } from "../db/testing/silent-log.ts";
import type { FeedMessage } from "./feed.ts";
import type { Heartbeat } from "./heartbeat.ts";
import { openDispatch } from "./open.ts";
import type { Dispatch } from "./open.ts";
import type { Session, WorkerProfile } from "./session.ts";
import { openTickets } from "./ticket.ts";

const known = <Id>(id: Id | undefined): Id => id ?? expect.unreachable("malformed id in a test");
const worker = known(workerId("w"));
const attempt = (number: number) => known(attemptId(`a${number}`));

/** A queue in memory: `ready` tasks, and what was asked of it. */
const fakeQueue = () => {
  const listeners = new Set<(wake: Wake) => void>();
  const state = {
    ready: 0,
    leased: 0,
    released: [] as { session: SessionRef; attempts: readonly AttemptId[]; reason: string }[],
    extended: [] as Beat[],
    lost: new Set<AttemptId>(),
    seen: [] as SessionRef[],
    statements: [] as (readonly LeaseWant[])[],
    held: undefined as Promise<void> | undefined,
    failing: false,
    wakes: [] as Wake[],
  };
  const lease = (want: LeaseWant): Lease => {
    state.leased += 1;
    return {
      taskId: known(taskId(`t${state.leased}`)),
      attemptId: attempt(state.leased),
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
  const queue = {
    registerWorker: () => Promise.resolve({ outcome: "enrolled" as const }),
    adopt: (_session: SessionRef, attempts: readonly AttemptId[]) =>
      Promise.resolve({
        adopted: attempts.filter((one) => !state.lost.has(one)),
        lost: [...state.lost],
      }),
    lease: async (wants: readonly LeaseWant[]) => {
      state.statements.push(wants);
      await state.held;
      const leases: Lease[] = [];
      for (const want of wants) {
        for (let slot = 0; slot < want.slots && state.ready > 0; slot += 1) {
          state.ready -= 1;
          leases.push(lease(want));
        }
      }
      return leases;
    },
    release: (session: SessionRef, attempts: readonly AttemptId[], reason: string) => {
      state.released.push({ session, attempts, reason });
      return Promise.resolve([]);
    },
    extend: (beats: readonly Beat[]) => {
      if (state.failing) return Promise.reject(new Error("the database is away"));
      state.extended.push(...beats);
      return Promise.resolve(
        beats.map((beat) => beat.attemptId).filter((one) => state.lost.has(one)),
      );
    },
    seen: (sessions: readonly SessionRef[]) => {
      state.seen.push(...sessions);
      return Promise.resolve();
    },
    wake: (one: Wake) => void state.wakes.push(one),
    onWake: (listener: (wake: Wake) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const wake = (one: Wake): void => {
    for (const listener of listeners) listener(one);
  };
  // Only the verbs that the dispatcher uses.
  return { queue: queue as unknown as Queue, state, wake };
};

const profile: WorkerProfile = {
  protocolVersion: 1,
  buildVersion: "",
  circuits: "*",
  curves: ["bn128"],
  deniedCircuits: [],
  memoryBudgetBytes: 0,
  nodeClass: 0,
  maxConcurrentTasks: 2,
};

let sequence = 0n;
const heartbeat = (more: Partial<Heartbeat> = {}): Heartbeat => ({
  sequence: (sequence += 1n),
  state: "active",
  stateReason: "",
  attempts: [],
  returned: [],
  metrics: undefined,
  slots: 0,
  ...more,
});
const naming = (...attempts: AttemptId[]) =>
  heartbeat({ attempts: attempts.map((one) => ({ attemptId: one, stage: "msm", progress: 0.5 })) });

let fake: ReturnType<typeof fakeQueue>;
let dispatch: Dispatch;
let now = 0;
/** Lets timers and promises run for `ms`. */
const pass = async (ms: number): Promise<void> => {
  for (let done = 0; done < ms; done += 100) {
    const step = Math.min(100, ms - done);
    now += step;
    await vi.advanceTimersByTimeAsync(step);
  }
};
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

const register = async (changes: Partial<WorkerProfile> = {}): Promise<Session> => {
  const outcome = await dispatch.register({
    workerId: worker,
    profile: { ...profile, ...changes },
    tokenHash: undefined,
    freshTokenHash: new Uint8Array(32),
    capabilities: {},
    heldAttempts: [],
  });
  return outcome.outcome === "refused" ? expect.unreachable() : outcome.session;
};

const connect = (session: Session) => {
  const messages: FeedMessage[] = [];
  const abort = new AbortController();
  const ended = (async () => {
    for await (const message of dispatch.stream(session, abort.signal)) messages.push(message);
  })().catch((error: unknown) => error);
  return {
    messages,
    ended,
    abort,
    assigned: () => messages.filter((one) => one.kind === "assignment"),
  };
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  now = 1_000_000;
  fake = fakeQueue();
  dispatch = openDispatch({
    queue: fake.queue,
    tickets: openTickets([new Uint8Array(32)]),
    served: () => [known(circuitId("addition"))],
    log: silentLog,
    heartbeatIntervalMs: 5_000,
    leaseTtlMs: 90_000,
    streamKeepaliveMs: 10_000,
    now: () => now,
  });
});
afterEach(async () => {
  await dispatch.drain();
  vi.useRealTimers();
});

describe("assignment", () => {
  it("fills a worker's slots in one statement and never more", async () => {
    fake.state.ready = 5;
    const stream = connect(await register());
    await settle();
    expect(stream.assigned()).toHaveLength(2);
    await pass(3_000);
    expect(stream.assigned()).toHaveLength(2);
    dispatch.settle(worker, attempt(1), true);
    await settle();
    expect(stream.assigned()).toHaveLength(3);
  });

  it("is asked for again when work becomes ready, and once a second anyway", async () => {
    const stream = connect(await register());
    await settle();
    fake.state.ready = 1;
    fake.wake({ kind: "ready" });
    await settle();
    expect(stream.assigned()).toHaveLength(1);
    fake.state.ready = 1;
    await pass(1_100);
    await settle();
    expect(stream.assigned()).toHaveLength(2);
  });

  it("goes on when a statement fails", async () => {
    const stream = connect(await register());
    await settle();
    fake.state.held = Promise.reject(new Error("the database is away"));
    fake.state.held.catch(() => undefined);
    fake.state.ready = 1;
    fake.wake({ kind: "ready" });
    await settle();
    expect(stream.assigned()).toHaveLength(0);
    fake.state.held = undefined;
    await pass(1_100);
    await settle();
    expect(stream.assigned()).toHaveLength(1);
  });

  it.each(["paused", "draining"] as const)(
    "stops while the worker is %s, and goes on after",
    async (state) => {
      const session = await register();
      const stream = connect(session);
      await dispatch.heartbeat(session, heartbeat({ state }));
      fake.state.ready = 1;
      await pass(2_000);
      expect(stream.assigned()).toHaveLength(0);
      await dispatch.heartbeat(session, heartbeat());
      await settle();
      expect(stream.assigned()).toHaveLength(1);
    },
  );

  it("stops for a suspect worker until it is heard again", async () => {
    const session = await register();
    const stream = connect(session);
    await pass(25_000);
    expect(dispatch.sessions.liveness(session)).toBe("suspect");
    fake.state.ready = 1;
    await pass(2_000);
    expect(stream.assigned()).toHaveLength(0);
    await dispatch.heartbeat(session, heartbeat());
    await settle();
    expect(stream.assigned()).toHaveLength(1);
  });

  it("lets a worker rest after a bad result, longer each time, and a good one ends that", async () => {
    fake.state.ready = 10;
    const session = await register({ maxConcurrentTasks: 1 });
    const stream = connect(session);
    await settle();
    dispatch.settle(worker, attempt(1), false);
    await settle();
    expect(stream.assigned()).toHaveLength(1);
    await pass(1_600);
    expect(stream.assigned()).toHaveLength(2);
    dispatch.settle(worker, attempt(2), false);
    await pass(800);
    expect(stream.assigned()).toHaveLength(2);
    await pass(1_300);
    expect(stream.assigned()).toHaveLength(3);
    dispatch.settle(worker, attempt(3), true);
    await settle();
    expect(stream.assigned()).toHaveLength(4);
  });

  it("to a worker that left during the statement is given back", async () => {
    const session = await register();
    let open: () => void = () => undefined;
    fake.state.held = new Promise((resolve) => (open = resolve));
    fake.state.ready = 1;
    const stream = connect(session);
    await settle();
    stream.abort.abort();
    await stream.ended;
    open();
    await settle();
    expect(fake.state.released).toMatchObject([
      { attempts: [attempt(1)], reason: "its worker left before it was sent" },
    ]);
  });
});

describe("an attempt that is settled by another replica", () => {
  it("frees its slot here, without a word to the worker", async () => {
    fake.state.ready = 3;
    const session = await register();
    const stream = connect(session);
    await settle();
    fake.wake({ kind: "settled", attempts: [attempt(1)] });
    await settle();
    expect(stream.messages.map((one) => one.kind)).toEqual(Array(3).fill("assignment"));
    expect((await dispatch.heartbeat(session, naming(attempt(1)))).lost).toEqual([]);
  });

  it("is told to the others when its worker's stream is not here", async () => {
    dispatch.settle(worker, attempt(1), true);
    expect(fake.state.wakes).toEqual([{ kind: "settled", attempts: [attempt(1)] }]);
    connect(await register());
    await settle();
    dispatch.settle(worker, attempt(2), true);
    expect(fake.state.wakes).toHaveLength(1);
  });
});

describe("a worker that speaks the seed's fields only", () => {
  it("gets neither keepalives nor control messages", async () => {
    fake.state.ready = 1;
    const session = await register({ protocolVersion: 0 });
    const stream = connect(session);
    await settle();
    fake.wake({ kind: "cancel", attempts: [attempt(1)] });
    dispatch.want(worker, "paused");
    await pass(30_000);
    expect(stream.messages.map((one) => one.kind)).toEqual(["assignment"]);
  });

  it("extends all that it holds by each heartbeat", async () => {
    fake.state.ready = 2;
    const session = await register({ protocolVersion: 0 });
    connect(session);
    await settle();
    await dispatch.heartbeat(session, heartbeat({ sequence: 0n }));
    await pass(5_200);
    expect(fake.state.extended.map((beat) => beat.attemptId)).toEqual([attempt(1), attempt(2)]);
  });

  it("keeps what it held when it registers again", async () => {
    fake.state.ready = 2;
    connect(await register({ protocolVersion: 0 }));
    await settle();
    const again = await register({ protocolVersion: 0 });
    expect([...again.held.keys()]).toEqual([attempt(1), attempt(2)]);
  });
});

const holding = async (count: number) => {
  fake.state.ready = count;
  const session = await register();
  const stream = connect(session);
  await settle();
  return { session, stream };
};

describe("heartbeats", () => {
  it("touch memory only, and are flushed together with the signs of life", async () => {
    const { session } = await holding(2);
    await dispatch.heartbeat(session, naming(attempt(1), attempt(2)));
    expect(fake.state.extended).toEqual([]);
    await pass(5_200);
    expect(fake.state.extended).toMatchObject([
      { attemptId: attempt(1), stage: "msm", progress: 0.5 },
      { attemptId: attempt(2) },
    ]);
    expect(fake.state.seen.map((ref) => ref.workerId)).toContain(worker);
  });

  it("are tried again when the database is away", async () => {
    const { session } = await holding(1);
    fake.state.failing = true;
    await dispatch.heartbeat(session, naming(attempt(1)));
    await pass(5_200);
    fake.state.failing = false;
    await pass(5_200);
    expect(fake.state.extended.map((beat) => beat.attemptId)).toEqual([attempt(1)]);
  });

  it("that are older than the last one say nothing but that the worker lives", async () => {
    const { session } = await holding(1);
    const old = heartbeat({ returned: [attempt(1)] });
    await dispatch.heartbeat(session, naming(attempt(1)));
    await dispatch.heartbeat(session, old);
    expect(fake.state.released).toEqual([]);
    // Negative control: the same content in order does give it back.
    await dispatch.heartbeat(session, heartbeat({ returned: [attempt(1)] }));
    expect(fake.state.released).toMatchObject([{ attempts: [attempt(1)] }]);
  });

  it("tell of attempts that were lost: on the stream at once and in the next answer", async () => {
    const { session, stream } = await holding(1);
    fake.state.lost.add(attempt(1));
    await dispatch.heartbeat(session, naming(attempt(1)));
    await pass(5_200);
    expect(stream.messages.at(-1)).toEqual({ kind: "cancel", attempts: [attempt(1)] });
    expect((await dispatch.heartbeat(session, heartbeat())).lost).toEqual([attempt(1)]);
    expect((await dispatch.heartbeat(session, heartbeat())).lost).toEqual([]);
  });

  it("that name an attempt with a verdict already do not lose it", async () => {
    const { session } = await holding(1);
    dispatch.settle(worker, attempt(1), true);
    expect((await dispatch.heartbeat(session, naming(attempt(1)))).lost).toEqual([]);
    expect((await dispatch.heartbeat(session, naming(attempt(77)))).lost).toEqual([attempt(77)]);
  });

  it("end a session by leaving", async () => {
    const { session, stream } = await holding(2);
    await dispatch.heartbeat(session, heartbeat({ state: "leaving", returned: [attempt(1)] }));
    expect(await stream.ended).toBeUndefined();
    expect(dispatch.sessions.of(worker)).toBeUndefined();
    expect(fake.state.released.flatMap((one) => one.attempts)).toEqual([attempt(1)]);
  });

  it("that stop for the lease's time end the session", async () => {
    const { session } = await holding(0);
    await pass(92_000);
    expect(dispatch.sessions.of(worker)).toBeUndefined();
    expect(session.feed).toBeUndefined();
  });
});

describe("draining", () => {
  it("ends streams with the advice to reconnect, flushes, and takes nobody new", async () => {
    const { session, stream } = await holding(1);
    await dispatch.heartbeat(session, naming(attempt(1)));
    await dispatch.drain();
    expect(await stream.ended).toMatchObject({ kind: "unavailable", reason: "DRAINING" });
    expect(fake.state.extended).toHaveLength(1);
    await expect(register()).rejects.toMatchObject({ reason: "DRAINING" });
    fake.state.ready = 1;
    dispatch.kick();
    await settle();
    expect(fake.state.ready).toBe(1);
  });
});
