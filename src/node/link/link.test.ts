import { describe, expect, it } from "vitest";
import type { Link as LinkState } from "../../domain/event.ts";
import { NodeFailure } from "../../domain/failure.ts";
import { workerId } from "../../domain/ids.ts";
import type { LogFields } from "../../domain/log.ts";
import type { Downlink } from "../../domain/session.ts";
import { coordinatorOver } from "../../platform/worker/transport.ts";
import { FakeClock, settle } from "../../testing/clock.ts";
import { ScriptedCoordinator } from "../../testing/coordinator.ts";
import { task } from "../../testing/node.ts";
import { the } from "../../testing/prover.ts";
import { noDice } from "../../testing/random.ts";
import { Link } from "./link.ts";

const id = the(workerId("node-1"));

/** A link over the scripted coordinator; the middle of every jitter. */
const linked = () => {
  const clock = new FakeClock();
  const coordinator = new ScriptedCoordinator();
  const shown: LinkState[] = [];
  const logged: { readonly msg: string; readonly fields: LogFields }[] = [];
  const write = (msg: string, fields: LogFields = {}): void => void logged.push({ msg, fields });
  const log = { debug: write, info: write, warn: write, error: write, at: () => log };
  const state = { hidden: false, probes: 0, probeFails: false, onRegistered: () => undefined };
  const end = new AbortController();
  const options = { workerId: id, token: () => "", called: () => undefined };
  const link = new Link({
    coordinator: coordinatorOver(coordinator.transportWith(), options),
    clock,
    random: noDice,
    log,
    offer: () => ({
      workerId: id,
      slots: 2,
      curves: ["bn128"],
      buildVersion: "1",
      kernels: ["fma2", "scalar9"],
      engine: "",
      cores: 1,
      selfTestMs: 64,
      memoryBudgetBytes: 0,
      cachedZkeys: [],
      held: [],
      token: "",
      deniedCircuits: [],
    }),
    registered: async () => state.onRegistered(),
    show: (link_) => shown.push(link_),
    probe: async () => {
      state.probes += 1;
      if (state.probeFails) throw new NodeFailure("unreachable", "no answer");
    },
    hidden: () => state.hidden,
    keepalive: { timeMs: 10_000, timeoutMs: 3_000 },
  });
  const received: Downlink[] = [];
  const listen = async (): Promise<void> => {
    for await (const message of link.messages(end.signal)) received.push(message);
  };
  return { clock, coordinator, shown, logged, state, end, link, received, listen };
};

const connected = async () => {
  const all = linked();
  await all.link.connect(all.end.signal);
  void all.listen();
  await settle();
  return all;
};

describe("connect", () => {
  it("retries 5 times after 1, 2, 4, 8 and 16 s, logging attempt, max_retries and retry_in", async () => {
    const { clock, coordinator, link, logged, end } = linked();
    coordinator.set("down");
    const done = link.connect(end.signal);
    await clock.pass(31_000);
    expect(
      logged.slice(0, 5).map(({ msg, fields }) => [msg, fields.attempt, fields.retry_in]),
    ).toEqual([
      ["Connection failed, retrying", 1, "1.000s"],
      ["Connection failed, retrying", 2, "2.000s"],
      ["Connection failed, retrying", 3, "4.000s"],
      ["Connection failed, retrying", 4, "8.000s"],
      ["Connection failed, retrying", 5, "16.000s"],
    ]);
    expect(logged[0]?.fields.max_retries).toBe(5);
    end.abort(new NodeFailure("cancelled", "test over"));
    await expect(done).rejects.toThrow("test over");
  });

  it("then is offline, tries again by itself within a minute, and at once when woken", async () => {
    const { clock, coordinator, link, shown, end } = linked();
    coordinator.set("down");
    const done = link.connect(end.signal);
    await clock.pass(31_000);
    expect(shown.at(-1)).toMatchObject({ name: "offline" });
    const before = shown.length;
    await clock.pass(30_000);
    expect(shown.length).toBeGreaterThan(before);
    coordinator.set("works");
    link.wake();
    await done;
    expect(shown.at(-1)).toMatchObject({ name: "connected" });
  });

  it("gives the first call 10 s", async () => {
    const { clock, coordinator, link, logged, end } = linked();
    coordinator.set("silent", "reach");
    void link.connect(end.signal).catch(() => undefined);
    await clock.pass(9_900);
    expect(logged).toHaveLength(0);
    await clock.pass(200);
    expect(logged[0]?.fields.error).toBe("connecting: no answer within 10000 ms");
    end.abort();
  });

  it("gives the registration 5 s", async () => {
    const { clock, coordinator, link, logged, end } = linked();
    coordinator.set("silent", "register");
    void link.connect(end.signal).catch(() => undefined);
    await clock.pass(5_100);
    expect(logged[0]?.fields.error).toBe("RegisterWorker: no answer within 5000 ms");
    end.abort();
  });

  it("does not ask again when the coordinator said no", async () => {
    const { coordinator, link, end } = linked();
    coordinator.registerAnswer = { success: false, message: "no room" };
    await expect(link.connect(end.signal)).rejects.toMatchObject({ code: "refused" });
  });

  it("goes on against a coordinator that has no statistics to reach for", async () => {
    const { coordinator, link, end } = linked();
    coordinator.set("unknown", "reach");
    await link.connect(end.signal);
    expect(coordinator.registrations).toHaveLength(1);
  });
});

describe("the task stream", () => {
  it("hands on tasks, keepalives and control messages in order", async () => {
    const { coordinator, received } = await connected();
    coordinator.send({});
    coordinator.send(task(1));
    coordinator.send({ control: { drain: true } });
    await settle();
    expect(received.map(({ type }) => type)).toEqual(["keepalive", "task", "control"]);
  });

  it("is reopened with a new registration after a jittered wait that grows from 5 s to 60 s", async () => {
    const { clock, coordinator, shown } = await connected();
    const waits: number[] = [];
    coordinator.set("down", "register");
    coordinator.drop();
    for (let round = 0; round < 6; round += 1) {
      await settle();
      const last = shown.at(-1);
      if (last?.name !== "waiting") throw new Error("it does not wait");
      waits.push(last.retryAtMs - clock.unixMs());
      await clock.pass(waits.at(-1) ?? 0);
    }
    // Full jitter with dice that always show the middle: half of 5, 10, 20, 40, 60, 60 s.
    expect(waits).toEqual([2_500, 5_000, 10_000, 20_000, 30_000, 30_000]);
  });

  it("starts over with short waits after it was healthy for a minute", async () => {
    const { clock, coordinator, shown } = await connected();
    const waitAfterDrop = async (): Promise<number> => {
      coordinator.drop();
      await settle();
      const last = shown.at(-1);
      const wait = last?.name === "waiting" ? last.retryAtMs - clock.unixMs() : -1;
      await clock.pass(wait);
      return wait;
    };
    const keepAlive = async (seconds: number): Promise<void> => {
      for (let second = 0; second < seconds; second += 5) {
        coordinator.send({});
        await clock.pass(5_000);
      }
    };
    expect(await waitAfterDrop()).toBe(2_500);
    expect(await waitAfterDrop()).toBe(5_000);
    await keepAlive(65);
    expect(await waitAfterDrop()).toBe(2_500);
  });

  it("is reopened at once when the browser is online again", async () => {
    const { coordinator, link } = await connected();
    coordinator.drop();
    await settle();
    expect(coordinator.streams).toBe(1);
    link.wake();
    await settle();
    expect(coordinator.streams).toBe(2);
  });

  it("is reopened at once after a freeze, though no error came", async () => {
    const { clock, coordinator, link } = await connected();
    await clock.pass(2_000);
    link.reopen("the page was frozen");
    await settle();
    expect(coordinator.streams).toBe(2);
    expect(coordinator.openStreams).toBe(1);
    expect(coordinator.registrations).toHaveLength(2);
  });

  it("is reopened when that is asked for while a registration is under way", async () => {
    const { clock, coordinator, link, state } = await connected();
    await clock.pass(2_000);
    state.onRegistered = () => {
      state.onRegistered = () => undefined;
      link.reopen("a circuit is denied that this registration did not name");
    };
    link.reopen("the page was frozen");
    await clock.pass(6_000);
    expect(coordinator.registrations).toHaveLength(3);
    expect(coordinator.openStreams).toBe(1);
  });

  it("asked to be reopened again and again is not reopened in a tight loop", async () => {
    const { coordinator, link } = await connected();
    for (let round = 0; round < 20; round += 1) {
      link.reopen("again");
      await settle();
    }
    expect(coordinator.registrations.length).toBeLessThan(22);
    link.reopen("again");
    await settle();
    const { length } = coordinator.registrations;
    await settle();
    expect(coordinator.registrations).toHaveLength(length);
  });

  it("leaves no connection behind when it is over", async () => {
    const { coordinator, end } = await connected();
    end.abort();
    await settle();
    expect(coordinator.openStreams).toBe(0);
  });
});

describe("the keepalive watchdog", () => {
  it("probes after 13 s of silence, and reopens when the probe fails", async () => {
    const { clock, coordinator, state } = await connected();
    state.probeFails = true;
    await clock.pass(12_900);
    expect(state.probes).toBe(0);
    await clock.pass(200);
    expect(state.probes).toBe(1);
    await clock.pass(2_600);
    expect(coordinator.streams).toBe(2);
    expect(coordinator.openStreams).toBe(1);
  });

  it("gives a stream whose coordinator answers 10 s more", async () => {
    const { clock, coordinator, state } = await connected();
    await clock.pass(13_100);
    expect(state.probes).toBe(1);
    await clock.pass(9_000);
    expect(coordinator.openStreams).toBe(1);
    expect(coordinator.streams).toBe(1);
    await clock.pass(4_000);
    expect(coordinator.streams).toBe(2);
  });

  it("negative control: a stream that speaks is left alone", async () => {
    const { clock, coordinator, state } = await connected();
    for (let beat = 0; beat < 10; beat += 1) {
      await clock.pass(10_000);
      coordinator.send({});
    }
    expect(state.probes).toBe(0);
    expect(coordinator.streams).toBe(1);
  });

  it("waits 40 s while the page is hidden", async () => {
    const { clock, coordinator, state } = await connected();
    state.hidden = true;
    // A wait that is under way keeps its length; the next one is the longer.
    coordinator.send({});
    await clock.pass(39_000);
    expect(state.probes).toBe(0);
    await clock.pass(2_000);
    expect(state.probes).toBe(1);
  });
});
