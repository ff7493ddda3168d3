import { describe, expect, it } from "vitest";
import { Verdict } from "../gen/coordinator_pb.ts";
import { settle } from "../testing/clock.ts";
import { FakeBrowser, FakeTab, task } from "../testing/node.ts";

const open = async (count: number) => {
  const browser = new FakeBrowser();
  const leader = await new FakeTab(browser).open();
  const followers: FakeTab[] = [];
  for (let more = 1; more < count; more += 1) {
    followers.push(await new FakeTab(browser).open(false));
  }
  await browser.clock.pass(2_500);
  return { browser, leader, followers };
};

describe("the tabs of one browser", () => {
  it("8 of them are one node: one registration, one stream, one set of provers", async () => {
    const { browser, followers } = await open(8);
    expect(browser.coordinator.registrations).toHaveLength(1);
    expect(browser.coordinator.openStreams).toBe(1);
    expect(followers.flatMap(({ provers }) => provers)).toEqual([]);
  });

  it("that follow show the leader's state under the phase following", async () => {
    const { browser, leader, followers } = await open(2);
    browser.coordinator.send(task(1));
    await settle();
    leader.prover.succeed();
    await browser.clock.pass(500);
    expect(followers[0]?.state).toMatchObject({
      phase: { name: "following", leader: { name: "running" } },
      accepted: 1,
    });
    expect(followers[0]?.state.workerId).toBe(leader.state.workerId);
  });

  it("that follow show where the leader really is, also when it was stopped at once", async () => {
    const { browser, leader, followers } = await open(2);
    browser.coordinator.send(task(1));
    await settle();
    const first = leader.node.stop();
    await settle();
    const second = leader.node.stop();
    await browser.clock.pass(3_000);
    await Promise.all([first, second]);
    await browser.clock.pass(500);
    const stopped = { name: "stopped", clean: false };
    expect(leader.state.phase).toEqual(stopped);
    expect(followers[0]?.state.phase).toEqual({ name: "following", leader: stopped });
  });

  it("that are opened while another works show that, and go on showing it", async () => {
    const { browser } = await open(1);
    const follower = await new FakeTab(browser).open(false);
    const told = follower.states.length;
    await browser.clock.pass(4_000);
    const leaders = follower.states.slice(told).map(({ phase }) => phase);
    expect(leaders.length).toBeGreaterThan(0);
    for (const phase of leaders) {
      expect(phase).toEqual({ name: "following", leader: { name: "running" } });
    }
  });

  it("that are promoted keep what was counted, and show the receipts", async () => {
    const { browser, leader, followers } = await open(2);
    browser.coordinator.completionAnswer = { success: true, verdict: Verdict.ACCEPTED };
    for (const number of [1, 2]) {
      browser.coordinator.send(task(number));
      await settle();
      leader.prover.succeed();
      await browser.clock.pass(500);
    }
    const { acceptedAtMs } = leader.state;
    expect(leader.state.accepted).toBe(2);
    browser.closeLeader();
    await browser.clock.pass(500);
    expect(followers[0]?.state).toMatchObject({
      phase: { name: "running" },
      accepted: 2,
      acceptedAtMs,
      workerId: leader.state.workerId,
    });
    expect(followers[0]?.state.provers).toEqual([{ name: "idle", why: "waiting for a task" }]);
  });

  it("that follow pass Start and Stop on", async () => {
    const browser = new FakeBrowser();
    const leader = await new FakeTab(browser).open(false);
    const follower = await new FakeTab(browser).open(false);
    await follower.node.start();
    await browser.clock.pass(1_000);
    expect(leader.state.phase).toEqual({ name: "running" });
    await follower.node.stop();
    await browser.clock.pass(1_000);
    expect(leader.state.phase).toEqual({ name: "stopped", clean: true });
  });

  it("go on within 2 s when the leader is closed while it runs", async () => {
    const { browser, followers } = await open(3);
    browser.closeLeader();
    await browser.clock.pass(500);
    expect(followers[0]?.state.phase).toEqual({ name: "running" });
    expect(followers[1]?.state.phase).toMatchObject({ name: "following" });
    expect(browser.coordinator.registrations).toHaveLength(2);
  });

  it("do not start by themselves when the leader that closed had been stopped", async () => {
    const { browser, leader, followers } = await open(2);
    const stopped = leader.node.stop();
    await browser.clock.pass(1_000);
    await stopped;
    await browser.clock.pass(3_000);
    browser.closeLeader();
    await browser.clock.pass(3_000);
    expect(followers[0]?.state.phase).toEqual({ name: "idle" });
    expect(browser.coordinator.registrations).toHaveLength(1);
  });

  it("an ex-leader that wakes up asks before it sends, and follows", async () => {
    const { browser, leader, followers } = await open(2);
    browser.coordinator.send(task(1));
    await settle();
    // The lock is somebody else's now, and nothing told this tab.
    browser.closeLeader();
    await settle();
    const before = browser.coordinator.completions.length;
    leader.prover.succeed();
    await browser.clock.pass(500);
    expect(browser.coordinator.completions.length).toBe(before);
    expect(leader.state.phase).toMatchObject({ name: "following" });
    expect(leader.provers.every(({ terminated }) => terminated)).toBe(true);
    // Its proof was on disk before: the new leader delivers it.
    await browser.clock.pass(60_000);
    expect(followers[0]?.state.phase).toEqual({ name: "running" });
  });

  it("start when the lock of a page that is gone comes free after Start was pressed", async () => {
    const browser = new FakeBrowser();
    // Has the lock, and hears nothing any more.
    await browser.lock.acquire("if-free", new AbortController().signal);
    const tab = await new FakeTab(browser).open();
    await browser.clock.pass(50);
    browser.closeLeader();
    await browser.clock.pass(1_000);
    expect(tab.state.phase).toEqual({ name: "running" });
  });

  it("take the lead from an idle leader that does not answer a command, and obey it themselves", async () => {
    const browser = new FakeBrowser();
    await browser.lock.acquire("if-free", new AbortController().signal);
    const tab = await new FakeTab(browser).open();
    await browser.clock.pass(3_000);
    expect(tab.state.phase).toMatchObject({ name: "following" });
    await browser.clock.pass(5_000);
    expect(tab.state.phase).toEqual({ name: "running" });
  });

  it("leave the lead with an idle leader that answers, and obey nothing twice", async () => {
    const browser = new FakeBrowser();
    const leader = await new FakeTab(browser).open(false);
    const follower = await new FakeTab(browser).open(false);
    await follower.node.stop();
    await browser.clock.pass(60_000);
    expect(leader.state.phase).toEqual({ name: "idle" });
    await follower.node.start();
    await browser.clock.pass(5_000);
    const stopped = leader.node.stop();
    await browser.clock.pass(5_000);
    await stopped;
    browser.closeLeader();
    await browser.clock.pass(10_000);
    expect(follower.state.phase).toEqual({ name: "idle" });
  });
});
