import { expect, it } from "vitest";
import { attemptId, sessionId, taskId, workerId } from "../domain/ids.ts";
import type { Offer } from "../domain/session.ts";
import { FakeClock } from "../testing/clock.ts";
import { silentLog } from "../testing/log.ts";
import { the } from "../testing/prover.ts";
import { Presence } from "./presence.ts";
import { MetricsBook } from "./telemetry/metrics.ts";

const held = (number: number) => ({
  attemptId: the(attemptId(number.toString(16).padStart(32, "0"))),
  taskId: the(taskId(`t_${String(number)}`)),
  ticket: new Uint8Array(1),
});

it("a registration acknowledges what its offer knew, not what is given back while it is under way", () => {
  const presence = new Presence({
    clock: new FakeClock(),
    log: silentLog,
    metrics: new MetricsBook(),
    coordinator: { heartbeat: () => new Promise(() => undefined) },
    page: { beacon: () => Promise.resolve(true), keepGoodbye: () => undefined },
    token: () => "",
    session: () => undefined,
    gauges: () => ({ activeTasks: 0, queuedTasks: 0, streamOpenMs: 0 }),
    slots: () => 2,
    intervalMs: () => 5_000,
    cancel: () => undefined,
    reopen: () => undefined,
  });
  const { ledger } = presence;
  const [before, during] = [held(1), held(2)];
  ledger.received(before);
  ledger.received(during);
  ledger.giveBack(before.attemptId);
  const offer: Offer = {
    ...{ workerId: the(workerId("node-1")), slots: 2, curves: ["bn128"], buildVersion: "1" },
    ...{
      engine: "",
      kernels: [],
      cores: 1,
      memoryBudgetBytes: 0,
      selfTestMs: 0,
      cachedZkeys: [],
      token: "",
    },
    ...{ deniedCircuits: [], held: ledger.held },
  };
  ledger.giveBack(during.attemptId);
  const registration = {
    ...{ sessionId: the(sessionId("session-1")), token: "", heartbeatIntervalMs: 5_000 },
    ...{ leaseTtlMs: 90_000, streamKeepaliveMs: 10_000, lost: [], coordinatorVersion: "" },
    receiptKey: new Uint8Array(),
  };
  presence.registered(registration, offer);
  expect(ledger.returned).toEqual([during.attemptId]);
});
