import { expect, it } from "vitest";
import { workerId } from "../../src/domain/ids.ts";
import { applyHeartbeat } from "./heartbeat.ts";
import type { Heartbeat } from "./heartbeat.ts";
import { newSession } from "./session.ts";

const beats = {
  add: () => undefined,
  drop: () => undefined,
  flush: () => Promise.resolve([]),
};

const session = () =>
  newSession({
    ref: { workerId: workerId("w") ?? expect.unreachable(), sessionId: "s" },
    profile: {
      protocolVersion: 1,
      buildVersion: "",
      circuits: "*",
      curves: ["bn128"],
      deniedCircuits: [],
      memoryBudgetBytes: 0,
      nodeClass: 0,
      maxConcurrentTasks: 2,
    },
    tokenHash: new Uint8Array(32),
    now: 0,
    heartbeatIntervalMs: 5_000,
  });

const saying = (sequence: bigint, metrics: Heartbeat["metrics"]): Heartbeat => ({
  sequence,
  state: "active",
  stateReason: "",
  attempts: [],
  returned: [],
  metrics,
  slots: 0,
});

it("counts the last figures, and leaves them when a heartbeat has none or is an old one", () => {
  const applied = session();
  const last = { activeTasks: 2, queuedTasks: 1, streamOpenMs: 5_000 };
  const before = { ...last, activeTasks: 1 };
  for (const beat of [saying(2n, last), saying(3n, undefined), saying(1n, before)])
    applyHeartbeat(applied, beat, { beats, now: 1 });
  expect(applied.metrics).toEqual(last);
});
