import { describe, expect, it } from "vitest";
import { NodeFailure } from "../../domain/failure.ts";
import { FakeClock, settle } from "../../testing/clock.ts";
import { additionId } from "../../testing/prover.ts";
import { LogBook } from "./log.ts";
import { MetricsBook } from "./metrics.ts";
import { Ring, RING_LINES, type RingStore } from "./ring.ts";

/** A store as the device's: it keeps the last lines. */
const deviceStore = () => {
  const lines: string[] = [];
  const state = { broken: false };
  const store: RingStore = {
    append: async (added, keep) => {
      if (state.broken) throw new NodeFailure("platform", "no database");
      lines.push(...added);
      lines.splice(0, Math.max(0, lines.length - keep));
    },
    all: () => Promise.resolve(lines),
  };
  return { lines, state, store };
};

const logging = () => {
  const clock = new FakeClock();
  const device = deviceStore();
  const printed: string[] = [];
  const failures: NodeFailure[] = [];
  const ring = new Ring({
    store: device.store,
    clock,
    print: (line) => printed.push(line),
    failed: (failure) => failures.push(failure),
  });
  const book = new LogBook(ring, clock);
  const text = async (): Promise<string> => new TextDecoder().decode(await ring.read());
  return { book, clock, device, failures, printed, ring, text };
};

describe("the log", () => {
  it("writes the original's keys: level, timestamp (ISO 8601), caller (file:line), msg", async () => {
    const { book, text } = logging();
    book.at("node.ts:45").info("Starting ZKP Worker Node", { version: "1.0.0" });
    expect(JSON.parse(await text())).toEqual({
      level: "info",
      timestamp: "2026-01-01T00:00:00.000Z",
      caller: "node.ts:45",
      msg: "Starting ZKP Worker Node",
      version: "1.0.0",
    });
  });

  it("leaves out what is below its level", async () => {
    const { book, text } = logging();
    book.level = "warn";
    book.at().info("quiet");
    book.at().error("loud");
    expect(await text()).not.toContain("quiet");
    expect(await text()).toContain("loud");
  });

  it("never shows a secret, wherever it stands in a line", async () => {
    const { book, text } = logging();
    book.hide("s3cret");
    book.at().info("calling with s3cret", { header: "Bearer s3cret" });
    expect(await text()).not.toContain("s3cret");
    expect(await text()).toContain("Bearer [hidden]");
  });

  it("stores lines within a second, and warnings at once", async () => {
    const { book, clock, device } = logging();
    book.at().info("later");
    await settle();
    expect(device.lines).toHaveLength(0);
    await clock.pass(1_000);
    expect(device.lines).toHaveLength(1);
    book.at().warn("now");
    await settle();
    expect(device.lines).toHaveLength(2);
  });

  it("keeps the last 5,000 lines", async () => {
    const { book, ring, text } = logging();
    for (let number = 0; number < RING_LINES + 10; number += 1) {
      book.at().info(`line ${String(number)}`);
      if (number % 1_000 === 0) await ring.flush();
    }
    const lines = (await text()).trimEnd().split("\n");
    expect(lines).toHaveLength(RING_LINES);
    expect(lines[0]).toContain("line 10");
  });

  it("goes to the console and stays in memory when it cannot be stored, and says so once", async () => {
    const { book, device, failures, printed, ring, text } = logging();
    device.state.broken = true;
    book.at().info("first");
    await ring.flush();
    book.at().info("second");
    await ring.flush();
    expect(printed).toHaveLength(2);
    expect(failures.map(({ message }) => message)).toEqual(["no database"]);
    expect(await text()).toContain("first");
    expect(await text()).toContain("second");
  });
});

describe("the metrics", () => {
  const gauges = { activeTasks: 1, queuedTasks: 2, streamOpenMs: 3 };

  it("count since they were last taken", () => {
    const book = new MetricsBook();
    book.proved(additionId, 100);
    book.failed();
    book.called("SendHeartbeat", "OK");
    book.called("SendHeartbeat", "OK");
    expect(book.take(gauges)).toEqual({
      ...gauges,
      completed: 1,
      failed: 1,
      proofDurations: [{ circuitId: "addition", ms: 100 }],
      calls: [{ method: "SendHeartbeat", status: "OK", count: 2 }],
    });
    expect(book.take(gauges)).toMatchObject({ completed: 0, failed: 0, calls: [] });
  });

  it("count again what was taken for a heartbeat that did not arrive", () => {
    const book = new MetricsBook();
    book.called("StartTask", "OK");
    const taken = book.take(gauges);
    book.called("StartTask", "OK");
    book.restore(taken);
    expect(book.take(gauges).calls).toEqual([{ method: "StartTask", status: "OK", count: 2 }]);
  });
});
