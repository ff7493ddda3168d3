import { describe, expect, it } from "vitest";
import { settle } from "../testing/clock.ts";
import { FakeTab, running, task } from "../testing/node.ts";
import { NodeState } from "../gen/coordinator_pb.ts";

describe("an interruption", () => {
  it("the coordinator restarts in mid-proof: the new session names the attempt, and the proof counts", async () => {
    const { browser, tab } = await running();
    browser.coordinator.send(task(1));
    await settle();
    browser.coordinator.drop();
    await browser.clock.pass(6_000);
    expect(browser.coordinator.registrations).toHaveLength(2);
    expect(browser.coordinator.registrations[1]?.heldAttempts).toMatchObject([
      { attemptId: task(1).attemptId, taskId: "t_1", ticket: task(1).ticket },
    ]);
    expect(tab.prover.terminated).toBe(false);
    tab.prover.succeed();
    await settle();
    expect(browser.coordinator.completions).toHaveLength(1);
  });

  it("a lease that was lost meanwhile ends its proof", async () => {
    const { browser, tab } = await running();
    browser.coordinator.send(task(1));
    await settle();
    browser.coordinator.registerAnswer = { lostAttempts: [task(1).attemptId] };
    browser.coordinator.drop();
    await browser.clock.pass(6_000);
    expect(tab.provers[0]?.terminated).toBe(true);
  });

  it("the browser is killed before a report is answered: the next life delivers it", async () => {
    const { browser, tab } = await running();
    browser.coordinator.set("silent", "completion");
    browser.coordinator.send(task(1));
    await settle();
    tab.prover.succeed();
    await settle();
    expect(browser.coordinator.completions).toHaveLength(0);
    expect(browser.store.reports.size).toBe(1);
    browser.closeLeader();
    browser.coordinator.set("works");
    const again = await new FakeTab(browser).open();
    await browser.clock.pass(1_000);
    expect(browser.coordinator.completions.map(({ taskId }) => taskId)).toContain("t_1");
    const held = browser.coordinator.registrations.at(-1)?.heldAttempts;
    expect(held?.map(({ attemptId }) => attemptId)).toEqual([task(1).attemptId]);
    expect(browser.store.reports.size).toBe(0);
    expect(again.state.accepted).toBe(1);
  });

  it("the node's id is changed before a report is answered: it is delivered as who made it", async () => {
    const { browser, tab } = await running();
    browser.coordinator.set("silent", "completion");
    browser.coordinator.send(task(1));
    await settle();
    tab.prover.succeed();
    await settle();
    const earlier = browser.coordinator.registrations.at(-1)?.workerId;
    browser.closeLeader();
    browser.coordinator.set("works");
    const again = await new FakeTab(browser, { urlOptions: { id: "somebody-else" } }).open();
    await browser.clock.pass(1_000);
    expect(browser.coordinator.registrations.at(-1)).toMatchObject({
      workerId: "somebody-else",
      heldAttempts: [],
    });
    expect(browser.coordinator.completions).toMatchObject([{ taskId: "t_1", workerId: earlier }]);
    expect(browser.store.reports.size).toBe(0);
    expect(again.state).toMatchObject({ accepted: 1, outbox: 0 });
  });

  it("negative control: storage that forgets loses that report, and this is how it looks", async () => {
    const { browser, tab } = await running();
    browser.coordinator.set("silent", "completion");
    browser.coordinator.send(task(1));
    await settle();
    tab.prover.succeed();
    await settle();
    browser.store.reports.clear();
    browser.closeLeader();
    browser.coordinator.set("works");
    await new FakeTab(browser).open();
    await browser.clock.pass(1_000);
    expect(browser.coordinator.completions).toHaveLength(0);
  });

  it("the page always holds a current goodbye: unfinished attempts, not those that are reported", async () => {
    const { browser, tab } = await running();
    const { fromBinary } = await import("@bufbuild/protobuf");
    const { HeartbeatRequestSchema } = await import("../gen/coordinator_pb.ts");
    const said = () => {
      const { goodbye } = tab;
      return goodbye === null ? null : fromBinary(HeartbeatRequestSchema, goodbye.slice(5));
    };
    expect(said()).toMatchObject({ state: NodeState.LEAVING, returnedAttempts: [] });
    browser.coordinator.set("silent", "completion");
    browser.coordinator.send(task(1));
    browser.coordinator.send(task(2));
    await settle();
    expect(said()?.returnedAttempts).toEqual([task(1).attemptId, task(2).attemptId]);
    tab.prover.succeed();
    await settle();
    expect(said()?.returnedAttempts).toEqual([task(2).attemptId]);
    expect(said()?.sessionId).toBe("session-1");
    const stopped = tab.node.stop();
    await browser.clock.pass(31_000);
    await stopped;
    expect(said()).toBeNull();
  });
});
