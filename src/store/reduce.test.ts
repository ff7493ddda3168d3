import { describe, expect, it } from "vitest";
import type { Curve } from "../domain/circuit.ts";
import type { KernelName, KernelReport } from "../domain/engine.ts";
import type { NodeNews, ReceiptRow } from "../domain/event.ts";
import { attemptId, circuitId } from "../domain/ids.ts";
import { additionId, the } from "../testing/prover.ts";
import { reduce } from "./reduce.ts";
import { initialState, type NodeState } from "./state.ts";

const after = (
  news: readonly NodeNews[],
  atMs = 1_000,
  from: NodeState = initialState,
): NodeState => news.reduce((state, event) => reduce(state, { ...event, atMs }), from);

const attempt = the(attemptId("a_1"));
const project = { name: "Demo", purpose: "", url: "", practice: true };
const row: ReceiptRow = {
  attemptId: attempt,
  circuitId: additionId,
  project,
  durationMs: 5,
  acceptedAtMs: 7,
  credited: false,
};
const accepted: NodeNews = {
  type: "verdict",
  attemptId: attempt,
  verdict: "accepted",
  message: "",
};

describe("reduce", () => {
  it("leaves the state that it was given as it was", () => {
    const before = structuredClone(initialState);
    after([accepted, { type: "queue", waiting: 3 }]);
    expect(initialState).toEqual(before);
  });

  it("counts accepted verdicts alone", () => {
    const others = ["duplicate", "rejected", "requeued", "stale", "failed"] as const;
    const news = others.map((verdict): NodeNews => ({ ...accepted, verdict }));
    expect(after([...news, accepted]).accepted).toBe(1);
  });

  it("keeps the times of the accepted of the last hour, at most 4096", () => {
    const early = after([accepted], 1_000);
    const late = after([accepted], 1_000 + 3_600_001, early);
    expect(late.acceptedAtMs).toEqual([3_601_001]);
    const many = after(Array.from({ length: 5_000 }, () => accepted));
    expect(many.acceptedAtMs).toHaveLength(4_096);
    expect(many.accepted).toBe(5_000);
  });

  it("shows the newest receipts first, at most 50", () => {
    const rows = Array.from({ length: 60 }, (_, index) => ({ ...row, acceptedAtMs: index }));
    const state = after(rows.map((receipt): NodeNews => ({ ...accepted, receipt })));
    expect(state.receipts).toHaveLength(50);
    expect(state.receipts[0]?.acceptedAtMs).toBe(59);
  });

  it("places provers by their number, in whatever order they tell", () => {
    const idle = { name: "idle", why: "" } as const;
    const state = after([{ type: "prover", prover: 1, state: idle }]);
    expect(state.provers).toEqual([{ name: "starting" }, idle]);
  });

  it("memory that was not measured is 0", () => {
    expect(after([{ type: "memory", prover: 1, bytes: 9 }]).memory).toEqual([0, 9]);
  });

  it("a new life begins with empty lanes, its later steps keep them", () => {
    const idle = { name: "idle", why: "" } as const;
    const first = after([
      { type: "phase", phase: { name: "starting", step: "options" } },
      { type: "prover", prover: 0, state: idle },
      { type: "phase", phase: { name: "starting", step: "connect" } },
    ]);
    expect(first.provers).toEqual([idle]);
    const stopped = after([{ type: "phase", phase: { name: "stopped", clean: true } }], 0, first);
    expect(stopped.link.name).toBe("offline");
    const again = after(
      [{ type: "phase", phase: { name: "starting", step: "options" } }],
      0,
      stopped,
    );
    expect(again.provers).toEqual([]);
  });

  it("trouble stays until the connection is back", () => {
    const troubled = after([{ type: "trouble", code: "unreachable", message: "no network" }]);
    expect(troubled.trouble).toEqual({ code: "unreachable", message: "no network", atMs: 1_000 });
    const link = { name: "connected", sinceMs: 0, coordinatorVersion: "" } as const;
    expect(after([{ type: "link", link }], 0, troubled).trouble).toBeNull();
  });

  it("trouble that the connection does not cause stays until it is solved", () => {
    const link = { name: "connected", sinceMs: 0, coordinatorVersion: "" } as const;
    const troubled = after([
      { type: "trouble", code: "refused", message: "circuit x is not signed by a trusted key" },
      { type: "link", link },
      { type: "solved", code: "prover_lost" },
    ]);
    expect(troubled.trouble).toMatchObject({ code: "refused" });
    expect(after([{ type: "solved", code: "refused" }], 0, troubled).trouble).toBeNull();
  });

  it("trouble with a prover that could not start is over when it waits for a task", () => {
    const troubled = after([{ type: "trouble", code: "prover_lost", message: "no script" }]);
    const idle = { name: "idle", why: "" } as const;
    expect(after([{ type: "prover", prover: 0, state: idle }], 0, troubled).trouble).toBeNull();
  });

  it("a download is over when it has ended, however; another's end says nothing of it", () => {
    const part: NodeNews = { type: "download", circuitId: additionId, doneBytes: 5, totalBytes: 9 };
    const ended: NodeNews = { type: "download-ended", circuitId: additionId };
    const other: NodeNews = { type: "download-ended", circuitId: the(circuitId("range_proof")) };
    expect(after([part, other]).download).toMatchObject({ doneBytes: 5 });
    expect(after([part, ended]).download).toBeNull();
  });

  it("a download is over when all of it is here", () => {
    const part: NodeNews = { type: "download", circuitId: additionId, doneBytes: 5, totalBytes: 9 };
    expect(after([part]).download).toMatchObject({ doneBytes: 5 });
    expect(after([part, { ...part, doneBytes: 9 }]).download).toBeNull();
  });

  it("a tab that leads next has the counters and receipts of the one before, and none of its lanes", () => {
    const before = after([
      { type: "phase", phase: { name: "running" } },
      { type: "link", link: { name: "connected", sinceMs: 0, coordinatorVersion: "" } },
      { type: "prover", prover: 0, state: { name: "idle", why: "" } },
      { type: "queue", waiting: 1 },
      { ...accepted, receipt: row },
    ]);
    const idle = after([{ type: "phase", phase: { name: "idle" } }], 2_000, before);
    expect(idle).toEqual({
      ...initialState,
      accepted: 1,
      acceptedAtMs: [1_000],
      receipts: [row],
    });
  });

  it("receipts that come while the kept ones are read stay before them", () => {
    const kept = { ...row, attemptId: the(attemptId("a_2")) };
    const state = after([
      { ...accepted, receipt: row },
      { type: "receipts", receipts: [kept] },
      { type: "receipts", receipts: [row, kept] },
    ]);
    expect(state.receipts).toEqual([row, kept]);
  });

  it("keeps what is known of the kernels of both curves; a later report of a curve replaces that curve's", () => {
    const report = (curve: Curve, kernel: KernelName, nanoseconds: number): KernelReport => ({
      ...{ curve, kernel, outcome: { name: "passed", nanoseconds } },
    });
    const one = [report("bn128", "fma2", 100), report("bn128", "ext4", 200)];
    const other = [report("bls12381", "fma2", 300)];
    const both = after([
      { type: "kernels", reports: one },
      { type: "kernels", reports: other },
    ]);
    expect(both.kernels).toEqual([...one, ...other]);
    const again = [report("bn128", "scalar9", 400)];
    const renewed = after([{ type: "kernels", reports: again }], 2_000, both);
    expect(renewed.kernels).toEqual([...other, ...again]);
    expect(after([{ type: "kernels", reports: [] }], 2_000, both).kernels).toEqual(both.kernels);
  });
});
