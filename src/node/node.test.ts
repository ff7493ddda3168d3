import { describe, expect, it } from "vitest";
import { settle } from "../testing/clock.ts";
import { FakeBrowser, FakeTab, running, task } from "../testing/node.ts";
import { NodeState, Verdict } from "../gen/coordinator_pb.ts";

const accepted = { success: true, verdict: Verdict.ACCEPTED };

describe("start", () => {
  it("runs the eight steps in the original worker's order and logs each with its milliseconds", async () => {
    const { tab } = await running();
    const lines = await tab.lines();
    expect(lines[0]).toMatchObject({
      level: "info",
      msg: "Starting ZKP Worker Node",
      version: "1.2.3",
      available_cpus: 4,
    });
    const steps = lines.filter(({ msg }) => msg === "Start step done");
    expect(steps.map(({ step, name }) => [step, name])).toEqual([
      [1, "options"],
      [2, "logger"],
      [3, "settings"],
      [4, "node"],
      [5, "connect"],
      [6, "statistics"],
      [7, "signals"],
      [8, "shutdown-hook"],
    ]);
    expect(steps.every(({ ms }) => typeof ms === "number")).toBe(true);
    expect(tab.state.phase).toEqual({ name: "running" });
  });

  it("logs the statistics with the original's five fields", async () => {
    const { tab } = await running();
    const line = (await tab.lines()).find(({ msg }) => msg === "Worker statistics");
    expect(line).toMatchObject({
      pool_concurrency: 1,
      active_tasks: 0,
      queued_tasks: 0,
      connected: true,
    });
    expect(line?.worker_id).toMatch(/^node-[0-9a-f]{16}$/);
  });

  it("registers once, with one slot more than provers, and opens one stream", async () => {
    const { browser } = await running();
    expect(browser.coordinator.registrations).toHaveLength(1);
    expect(browser.coordinator.registrations[0]).toMatchObject({
      maxConcurrentTasks: 2,
      protocolVersion: 1,
      capabilities: { circuits: "*" },
      curves: ["bn128", "bls12381"],
      engine: "fake",
      cores: 4,
    });
    expect(browser.coordinator.openStreams).toBe(1);
  });

  it("keeps the token that it registers with before the coordinator hears it: a lost answer locks nobody out", async () => {
    const browser = new FakeBrowser();
    browser.coordinator.set("mute", "register");
    const tab = await new FakeTab(browser).open();
    await browser.clock.pass(6_000);
    const [unheard] = browser.coordinator.registrations;
    expect(unheard?.workerToken).toMatch(/^[0-9a-f]{64}$/);
    browser.closeLeader();
    browser.coordinator.set("works");
    await new FakeTab(browser).open();
    await browser.clock.pass(1_000);
    const tokens = browser.coordinator.registrations.map(({ workerToken }) => workerToken);
    expect(tokens.length).toBeGreaterThan(1);
    expect(new Set(tokens).size).toBe(1);
    expect(JSON.stringify(await tab.lines())).not.toContain(unheard?.workerToken);
  });

  it("does nothing before Start", async () => {
    const browser = new FakeBrowser();
    const tab = await new FakeTab(browser).open(false);
    await browser.clock.pass(10_000);
    expect(tab.state.phase).toEqual({ name: "idle" });
    expect(browser.coordinator.registrations).toHaveLength(0);
    expect(tab.provers).toHaveLength(0);
  });

  it("is blocked by a broken setting, with its field, value, source and rule", async () => {
    const browser = new FakeBrowser();
    const tab = await new FakeTab(browser, { urlOptions: { concurrency: "9" } }).open();
    await browser.clock.pass(250);
    expect(tab.state.phase).toEqual({
      name: "failed",
      code: "settings",
      message: 'concurrency is "9" (url), must be a whole number from 1 to 8 (twice the cores)',
    });
    expect(browser.coordinator.registrations).toHaveLength(0);
  });

  it("fails with the coordinator's words when it is refused", async () => {
    const browser = new FakeBrowser();
    browser.coordinator.registerAnswer = { success: false, message: "worker_id is taken" };
    const tab = await new FakeTab(browser).open();
    await browser.clock.pass(250);
    expect(tab.state.phase).toEqual({
      name: "failed",
      code: "refused",
      message: "registration rejected: worker_id is taken",
    });
    expect(tab.provers.every(({ terminated }) => terminated)).toBe(true);
  });
});

describe("a task", () => {
  it("goes from assignment through the prover to its verdict, and its receipt is kept", async () => {
    const { browser, tab } = await running();
    browser.coordinator.completionAnswer = accepted;
    browser.coordinator.send(task(1));
    await settle();
    expect(browser.coordinator.starts.map(({ taskId }) => taskId)).toEqual(["t_1"]);
    tab.prover.progress("msm", 0.5);
    tab.prover.succeed();
    await browser.clock.pass(250);
    expect(browser.coordinator.completions).toHaveLength(1);
    expect(browser.coordinator.completions[0]).toMatchObject({
      taskId: "t_1",
      attemptId: task(1).attemptId,
      ticket: task(1).ticket,
      engine: "fake",
    });
    expect(tab.state).toMatchObject({ accepted: 1, failed: 0, outbox: 0, queued: 0 });
    expect(browser.store.reports.size).toBe(0);
  });

  it("is handed to the prover within milliseconds of its assignment", async () => {
    const { browser, tab } = await running();
    const sent = performance.now();
    browser.coordinator.send(task(1));
    while (tab.prover.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(performance.now() - sent).toBeLessThan(50);
  });

  it("that comes while the prover is busy waits in the inbox and is named in heartbeats", async () => {
    const { browser, tab } = await running();
    browser.coordinator.send(task(1));
    browser.coordinator.send(task(2));
    await settle();
    tab.prover.progress("witness", 0.25);
    await browser.clock.pass(20_000);
    const beat = browser.coordinator.heartbeats.at(-1);
    expect(beat?.attempts.map(({ taskId, stage }) => [taskId, stage])).toEqual([
      ["t_1", 3],
      ["t_2", 1],
    ]);
    expect(beat?.attempts[0]?.progress).toBeCloseTo(0.25);
    expect(beat?.metrics).toMatchObject({ activeTasks: 1, queuedTasks: 1 });
  });

  it("whose input is over 1 MiB is refused without a prover", async () => {
    const { browser, tab } = await running();
    browser.coordinator.send({ ...task(1), inputDataJson: new Uint8Array(2 ** 20 + 1) });
    await browser.clock.pass(250);
    expect(browser.coordinator.failures[0]).toMatchObject({ cause: 2 });
    expect(browser.coordinator.failures[0]?.errorMessage).toMatch(/^invalid input: 1048577 bytes/);
    expect(tab.prover.requests).toHaveLength(0);
  });

  it("that the prover refuses is reported with its cause and the original's words", async () => {
    const { browser, tab } = await running();
    browser.coordinator.send(task(1));
    await settle();
    const message = "invalid input: leaf_index is missing";
    tab.prover.answer({ ok: false, cause: "malformed_input", message, stage: "witness" });
    await browser.clock.pass(250);
    expect(browser.coordinator.failures[0]).toMatchObject({
      errorMessage: message,
      cause: 2,
      stage: 3,
    });
    expect(tab.state.failed).toBe(1);
    const log = JSON.stringify(await tab.lines());
    expect(log).toContain("Proof failed");
    expect(log).not.toContain("leaf_index");
  });

  it("that the coordinator cancels ends its prover, and nothing is reported", async () => {
    const { browser, tab } = await running();
    browser.coordinator.send(task(1));
    await settle();
    const [first] = tab.provers;
    browser.coordinator.send({ taskId: "", control: { cancelAttempts: [task(1).attemptId] } });
    await browser.clock.pass(250);
    expect(first?.terminated).toBe(true);
    expect(tab.provers).toHaveLength(2);
    expect(browser.coordinator.failures).toHaveLength(0);
    browser.coordinator.send(task(2));
    await settle();
    expect(tab.prover.attemptId).toBe(task(2).attemptId);
  });

  it("that must not be started, by the answer to StartTask, is ended", async () => {
    const { browser, tab } = await running();
    browser.coordinator.startRefusal = "not yours any more";
    browser.coordinator.send(task(1));
    await browser.clock.pass(250);
    expect(tab.provers[0]?.terminated).toBe(true);
    expect(browser.coordinator.failures).toHaveLength(0);
  });

  it("of an unsigned circuit goes back, and the next registration denies the circuit", async () => {
    const browser = new FakeBrowser();
    const { filesOf } = await import("../testing/prover.ts");
    const load = (wanted: Parameters<typeof filesOf>[0]) =>
      Promise.resolve(filesOf(wanted, { trust: "unsigned" }));
    const tab = await new FakeTab(browser, { load }).open();
    await browser.clock.pass(2_000);
    browser.coordinator.send(task(1));
    await browser.clock.pass(1_000);
    expect(tab.prover.requests).toHaveLength(0);
    expect(browser.coordinator.heartbeats.at(-1)?.returnedAttempts).toEqual([task(1).attemptId]);
    expect(browser.coordinator.registrations.at(-1)?.deniedCircuits).toEqual(["addition"]);
    expect(browser.coordinator.openStreams).toBe(1);
    expect(tab.state.trouble?.message).toContain("is not signed by a trusted key");
    await browser.clock.pass(2_000);
    await tab.node.configure({ allowUnsigned: true });
    await browser.clock.pass(1_000);
    expect(browser.coordinator.registrations.at(-1)?.deniedCircuits).toEqual([]);
    expect(tab.state.trouble).toBeNull();
    browser.coordinator.send(task(2));
    await settle();
    expect(tab.prover.attemptId).toBe(task(2).attemptId);
  });
});

describe("stop", () => {
  it("drains: intake, proofs, reports, connection, flush; waiting tasks go back at once", async () => {
    const { browser, tab } = await running();
    browser.coordinator.send(task(1));
    browser.coordinator.send(task(2));
    await settle();
    const stopped = tab.node.stop();
    await settle();
    expect(browser.coordinator.heartbeats.at(-1)).toMatchObject({
      state: NodeState.DRAINING,
      returnedAttempts: [task(2).attemptId],
    });
    expect(tab.state.phase.name).toBe("running");
    tab.prover.succeed();
    await browser.clock.pass(1_000);
    await stopped;
    await browser.clock.pass(250);
    expect(browser.coordinator.completions).toHaveLength(1);
    expect(browser.coordinator.heartbeats.at(-1)).toMatchObject({
      state: NodeState.LEAVING,
      returnedAttempts: [],
    });
    expect(browser.coordinator.openStreams).toBe(0);
    expect(tab.state.phase).toEqual({ name: "stopped", clean: true });
    expect(tab.state.provers).toEqual([{ name: "ended" }]);
    const messages = (await tab.lines()).map(({ msg }) => msg);
    expect(messages.at(-1)).toBe("Worker shutdown completed successfully");
  });

  it("gives up after 30 s: the proof's attempt goes back, and the log says which ending it was", async () => {
    const { browser, tab } = await running();
    browser.coordinator.send(task(1));
    await settle();
    const stopped = tab.node.stop();
    await browser.clock.pass(29_000);
    expect(tab.state.phase).toMatchObject({ name: "stopping", step: "proofs" });
    await browser.clock.pass(1_500);
    await stopped;
    await browser.clock.pass(250);
    expect(browser.coordinator.heartbeats.at(-1)).toMatchObject({
      state: NodeState.LEAVING,
      returnedAttempts: [task(1).attemptId],
    });
    expect(tab.prover.terminated).toBe(true);
    expect(tab.state.phase).toEqual({ name: "stopped", clean: false });
    const messages = (await tab.lines()).map(({ msg }) => msg);
    expect(messages).toContain("Shutdown timeout exceeded, forcing termination");
    expect(messages).not.toContain("Worker shutdown completed successfully");
  });

  it("pressed twice ends at once", async () => {
    const { browser, tab } = await running();
    browser.coordinator.send(task(1));
    await settle();
    const first = tab.node.stop();
    await settle();
    const second = tab.node.stop();
    await browser.clock.pass(10);
    await Promise.all([first, second]);
    await browser.clock.pass(250);
    expect(tab.prover.terminated).toBe(true);
    expect(browser.coordinator.heartbeats.at(-1)?.returnedAttempts).toEqual([task(1).attemptId]);
    expect(tab.state.phase).toEqual({ name: "stopped", clean: false });
  });

  it("pressed while starting is not lost", async () => {
    const browser = new FakeBrowser();
    browser.coordinator.set("down");
    const tab = await new FakeTab(browser).open();
    await browser.clock.pass(500);
    expect(tab.state.phase).toEqual({ name: "starting", step: "connect" });
    const stopped = tab.node.stop();
    await browser.clock.pass(5_000);
    await stopped;
    await browser.clock.pass(250);
    expect(tab.state.phase).toEqual({ name: "stopped", clean: true });
    browser.coordinator.set("works");
    await browser.clock.pass(120_000);
    expect(browser.coordinator.registrations).toHaveLength(0);
  });

  it("and Start again makes a new life with the same id and token", async () => {
    const browser = new FakeBrowser();
    browser.coordinator.registerAnswer = { workerToken: "secret-token" };
    const tab = await new FakeTab(browser).open();
    const stopped = tab.node.stop();
    await browser.clock.pass(1_000);
    await stopped;
    await tab.node.start();
    await browser.clock.pass(1_000);
    const [first, second] = browser.coordinator.registrations;
    expect(second?.workerId).toBe(first?.workerId);
    expect(second?.workerToken).toBe("secret-token");
    expect(tab.state.phase).toEqual({ name: "running" });
    expect(JSON.stringify(await tab.lines())).not.toContain("secret-token");
  });
});
