import { describe, expect, it } from "vitest";
import { NodeFailure } from "../../domain/failure.ts";
import { attemptId, sha256, taskId } from "../../domain/ids.ts";
import type { ReportAnswer } from "../../domain/session.ts";
import type { Report, Verdict } from "../../domain/task.ts";
import { FakeClock, settle } from "../../testing/clock.ts";
import { silentLog } from "../../testing/log.ts";
import { additionId, someProof, the } from "../../testing/prover.ts";
import { noDice } from "../../testing/random.ts";
import { MemoryStore } from "../../testing/storage.ts";
import { Outbox, type OutboxEvent, type OutboxStore } from "./outbox.ts";

const report = (number: number): Report => ({
  kind: "completion",
  assignment: {
    taskId: the(taskId(`t_${String(number)}`)),
    attemptId: the(attemptId(`a_${String(number)}`)),
    ticket: new Uint8Array([number]),
    circuitId: additionId,
    zkeyDigest: the(sha256("1".repeat(64))),
    project: { name: "Demo", purpose: "", url: "", practice: true },
  },
  proof: someProof,
});

const answer = (verdict: Verdict): ReportAnswer => ({ verdict, message: "", receipt: undefined });

type Send = (report: Report) => Promise<ReportAnswer>;

const outboxOf = (send: Send, store: OutboxStore = new MemoryStore().outbox("here")) => {
  const clock = new FakeClock();
  const events: OutboxEvent[] = [];
  const sent: { readonly attempt: string; readonly atMs: number }[] = [];
  const outbox = new Outbox({
    store,
    clock,
    random: noDice,
    log: silentLog,
    capacity: 2,
    send: (given) => {
      sent.push({ attempt: given.assignment.attemptId, atMs: clock.now() });
      return send(given);
    },
    show: (event) => events.push(event),
    kept: () => undefined,
  });
  return { clock, events, outbox, sent };
};

const down: Send = () => Promise.reject(new NodeFailure("unreachable", "Failed to fetch"));

/** What was on disk when the first send began. */
const onDiskAtFirstSend = async (wrap: (store: OutboxStore) => OutboxStore): Promise<number> => {
  const memory = new MemoryStore();
  let onDisk = -1;
  const send: Send = async () => {
    onDisk = memory.reports.size;
    return answer("accepted");
  };
  const { outbox } = outboxOf(send, wrap(memory.outbox("here")));
  await outbox.keep(report(1));
  await settle();
  return onDisk;
};

describe("the outbox", () => {
  it("has a report on disk before it is first sent", async () => {
    expect(await onDiskAtFirstSend((store) => store)).toBe(1);
  });

  it("negative control: one that is written after the send is not there, and the test above would see it", async () => {
    const late = (store: OutboxStore): OutboxStore => ({
      ...store,
      put: (given) => {
        void settle().then(() => store.put(given));
        return Promise.resolve();
      },
    });
    expect(await onDiskAtFirstSend(late)).toBe(0);
  });

  it("tries quickly after 1, 2 and 4 s, then patiently, for as long as it takes", async () => {
    const { clock, outbox, sent } = outboxOf(down);
    await outbox.keep(report(1));
    await clock.pass(60_000);
    expect(sent.map(({ atMs }) => atMs)).toEqual([
      0, 1_000, 3_000, 7_000, 9_500, 14_500, 24_500, 44_500,
    ]);
    await clock.pass(3_600_000);
    expect(sent.length).toBeGreaterThan(100);
  });

  it("tries at once when the connection is back", async () => {
    const { clock, outbox, sent } = outboxOf(down);
    await outbox.keep(report(1));
    await clock.pass(50_000);
    const before = sent.length;
    outbox.connected();
    await settle();
    expect(sent.length).toBe(before + 1);
  });

  const terminal: readonly Verdict[] = [
    "accepted",
    "duplicate",
    "rejected",
    "cancelled",
    "unknown",
    "requeued",
    "failed",
    "stale",
  ];
  it.each(terminal)("forgets a report on the verdict %s", async (verdict) => {
    const memory = new MemoryStore();
    const { events, outbox } = outboxOf(
      () => Promise.resolve(answer(verdict)),
      memory.outbox("here"),
    );
    await outbox.keep(report(1));
    await settle();
    expect(memory.reports.size).toBe(0);
    expect(events).toContainEqual({ type: "verdict", attemptId: "a_1", verdict, message: "" });
  });

  it("keeps a report for which there is no verdict", async () => {
    const memory = new MemoryStore();
    const { clock, outbox } = outboxOf(down, memory.outbox("here"));
    await outbox.keep(report(1));
    await clock.pass(6 * 3_600_000);
    expect(memory.reports.size).toBe(1);
  });

  it("a call that hangs is given up after 30 s and tried again", async () => {
    const { clock, outbox, sent } = outboxOf(() => new Promise(() => undefined));
    await outbox.keep(report(1));
    await clock.pass(31_500);
    expect(sent).toHaveLength(2);
  });

  it("holds its giver back while it is full, and drops nothing", async () => {
    let works = false;
    const { clock, outbox, sent } = outboxOf((given) =>
      works ? Promise.resolve(answer("accepted")) : down(given),
    );
    await outbox.keep(report(1));
    let second = false;
    void outbox.keep(report(2)).then(() => {
      second = true;
    });
    await clock.pass(10_000);
    expect(second).toBe(false);
    works = true;
    outbox.connected();
    await settle();
    expect(second).toBe(true);
    expect(new Set(sent.map(({ attempt }) => attempt))).toEqual(new Set(["a_1", "a_2"]));
  });

  it("a report that the coordinator refuses to read holds nobody back, and stays", async () => {
    const memory = new MemoryStore();
    const refuse: Send = () => Promise.reject(new NodeFailure("refused", "malformed"));
    const { outbox } = outboxOf(refuse, memory.outbox("here"));
    for (const number of [1, 2, 3]) await outbox.keep(report(number));
    await settle();
    expect(memory.reports.size).toBe(3);
  });

  it("sends what an earlier life left behind", async () => {
    const memory = new MemoryStore();
    await memory.outbox("here").put(report(1));
    await memory.outbox("elsewhere").put(report(2));
    const { outbox, sent } = outboxOf(
      () => Promise.resolve(answer("accepted")),
      memory.outbox("here"),
    );
    await outbox.open();
    await settle();
    expect(sent.map(({ attempt }) => attempt)).toEqual(["a_1"]);
    expect([...memory.reports.keys()]).toEqual(["elsewhere a_2"]);
  });

  it("sends a report that cannot be written all the same, and says what happened", async () => {
    const memory = new MemoryStore();
    memory.full = true;
    const { events, outbox, sent } = outboxOf(
      () => Promise.resolve(answer("accepted")),
      memory.outbox("here"),
    );
    await outbox.keep(report(1));
    await settle();
    expect(sent).toHaveLength(1);
    expect(events).toContainEqual({
      type: "trouble",
      code: "platform",
      message: "a report could not be written to storage and is kept in memory: storage is full",
    });
  });

  it("keeps the receipt of an accepted proof with the proof", async () => {
    const memory = new MemoryStore();
    const receipt = {
      receipt: {
        body: new Uint8Array(1),
        signature: new Uint8Array(64),
        publicKey: new Uint8Array(32),
      },
      acceptedAtMs: 5,
      credited: true,
    };
    const { events, outbox } = outboxOf(
      () => Promise.resolve({ verdict: "accepted", message: "", receipt }),
      memory.outbox("here"),
    );
    await outbox.keep(report(1));
    await settle();
    expect(memory.kept[0]).toMatchObject({
      row: { attemptId: "a_1", credited: true },
      proof: someProof,
    });
    expect(events).toContainEqual(
      expect.objectContaining({ type: "verdict", verdict: "accepted" }),
    );
  });

  it("carries at most two reports at once", async () => {
    const open: string[] = [];
    const { outbox } = outboxOf((given) => {
      open.push(given.assignment.attemptId);
      return new Promise(() => undefined);
    });
    for (const number of [1, 2, 3]) void outbox.keep(report(number));
    await settle();
    expect(open).toEqual(["a_1", "a_2"]);
  });
});
