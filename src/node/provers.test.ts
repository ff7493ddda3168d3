import { describe, expect, it } from "vitest";
import { NodeFailure } from "../domain/failure.ts";
import { NodeState } from "../gen/coordinator_pb.ts";
import { settle } from "../testing/clock.ts";
import { FakeBrowser, FakeTab, task, type TabOptions } from "../testing/node.ts";

const opened = async (options: TabOptions) => {
  const browser = new FakeBrowser();
  const tab = await new FakeTab(browser, { beacons: false, ...options }).open();
  await browser.clock.pass(12_000);
  return { browser, coordinator: browser.coordinator, tab };
};

const unable = {
  ready: () => Promise.reject(new NodeFailure("prover_lost", "its script could not be loaded")),
};

describe("a node whose provers cannot start", () => {
  it("says that it is paused and has no slot, and gives back what comes", async () => {
    const { browser, coordinator } = await opened(unable);
    coordinator.send(task(1));
    coordinator.send(task(2));
    await settle();
    await browser.clock.pass(61_000);
    expect(coordinator.heartbeats.at(-1)).toMatchObject({
      state: NodeState.PAUSED,
      maxConcurrentTasks: 0,
      attempts: [],
    });
    const returned = coordinator.heartbeats.flatMap(({ returnedAttempts }) => returnedAttempts);
    expect(new Set(returned)).toEqual(new Set([task(1).attemptId, task(2).attemptId]));
    expect(coordinator.failures).toHaveLength(0);
  });

  it("stops at once: there is nothing to wait for", async () => {
    const { browser, tab } = await opened(unable);
    const stopped = tab.node.stop();
    await browser.clock.pass(3_100);
    await stopped;
    expect(tab.state.phase).toEqual({ name: "stopped", clean: true });
  });

  it("negative control: one that can offers one slot more than provers, and how fast it is", async () => {
    const { coordinator } = await opened({
      ready: () => Promise.resolve({ engine: "fake", selfTestMs: 80 }),
    });
    expect(coordinator.registrations).toMatchObject([{ maxConcurrentTasks: 2, selfTestMs: 80 }]);
    expect(coordinator.heartbeats.every(({ state }) => state === NodeState.ACTIVE)).toBe(true);
  });
});

describe("a circuit that only this device cannot take", () => {
  it("is given back and denied, and no failure is reported", async () => {
    const { browser, coordinator } = await opened({
      load: () => Promise.resolve({ ok: false, code: "out_of_memory", message: "too large" }),
    });
    coordinator.send(task(1));
    await settle();
    await browser.clock.pass(6_000);
    const returned = coordinator.heartbeats.flatMap(({ returnedAttempts }) => returnedAttempts);
    expect(returned).toContain(task(1).attemptId);
    expect(coordinator.failures).toHaveLength(0);
    expect(coordinator.registrations.at(-1)?.deniedCircuits).toEqual(["addition"]);
  });
});

describe("stop at once", () => {
  it("leaves every lane ended, not waiting for a task", async () => {
    const { browser, coordinator, tab } = await opened({});
    coordinator.send(task(1));
    await settle();
    const stops = [tab.node.stop()];
    await settle();
    stops.push(tab.node.stop());
    await browser.clock.pass(4_000);
    await Promise.all(stops);
    expect(tab.state.provers).toEqual([{ name: "ended" }]);
  });
});
