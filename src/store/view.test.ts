import { describe, expect, it } from "vitest";
import type { Life, ProverState } from "../domain/event.ts";
import { attempt, idleProver, proving } from "../testing/node-states.ts";
import { initialState, type NodeState } from "./state.ts";
import {
  isBusy,
  isWorking,
  mayUpdate,
  plannedProvers,
  projectsUnderWay,
  provingCount,
  ratePerMinute,
} from "./view.ts";
import { pageStore } from "./store.ts";

const node = (changes: Partial<NodeState>): NodeState => ({ ...initialState, ...changes });
const minute = 60_000;

describe("ratePerMinute", () => {
  const now = 1_000 * minute;
  const every = (stepMs: number, count: number): number[] =>
    Array.from({ length: count }, (_, index) => now - (count - 1 - index) * stepMs);

  it.each<[string, readonly number[], number | null]>([
    ["nothing accepted yet: unknown", [], null],
    ["one just now", [now], 1],
    ["one, half a minute ago", [now - 0.5 * minute], 1],
    ["one, four minutes ago", [now - 4 * minute], 0.25],
    ["one, an hour ago: nothing in the window", [now - 60 * minute], 0],
    ["ten in ten seconds count for the first minute", every(1_000, 10), 10],
    ["one every two seconds for an hour", every(2_000, 1_800), 30.2],
  ])("%s", (_what, acceptedAtMs, rate) => {
    const got = ratePerMinute(acceptedAtMs, now);
    if (rate === null) expect(got).toBeNull();
    else expect(got).toBeCloseTo(rate, 5);
  });
});

describe("isBusy", () => {
  it.each<[string, Partial<NodeState>, boolean]>([
    ["nothing to do", {}, false],
    ["a prover proves", { provers: [idleProver, proving()] }, true],
    ["a task waits in the inbox", { queued: 1 }, true],
    ["the last proof was accepted a second ago", { acceptedAtMs: [9_000] }, true],
    ["the last proof was accepted a minute ago", { acceptedAtMs: [-50_000] }, false],
  ])("%s", (_what, changes, busy) => {
    expect(isBusy(node(changes), 10_000)).toBe(busy);
  });
});

describe("isWorking and mayUpdate", () => {
  const lanes = (...provers: readonly ProverState[]): Partial<NodeState> => ({ provers });
  const following = (leader: Life): Partial<NodeState> => ({
    phase: { name: "following", leader },
  });
  it.each<readonly [Partial<NodeState>, { readonly working: boolean; readonly update: boolean }]>([
    [{ phase: { name: "idle" } }, { working: false, update: true }],
    [following({ name: "idle" }), { working: false, update: true }],
    [following({ name: "starting", step: "connect" }), { working: true, update: true }],
    [following({ name: "running" }), { working: true, update: true }],
    [
      { ...following({ name: "running" }), ...lanes(proving()) },
      { working: true, update: false },
    ],
    [
      {
        ...following({ name: "stopping", deadlineAtMs: 0, step: "reports" }),
        ...lanes(idleProver),
      },
      { working: true, update: false },
    ],
    [
      { ...following({ name: "stopped", clean: false }), ...lanes(idleProver) },
      { working: false, update: true },
    ],
    [{ phase: { name: "starting", step: "connect" } }, { working: true, update: true }],
    [
      { phase: { name: "running" }, ...lanes(idleProver) },
      { working: true, update: true },
    ],
    [
      { phase: { name: "running" }, ...lanes(idleProver, proving()) },
      { working: true, update: false },
    ],
    [
      { phase: { name: "stopping", deadlineAtMs: 0, step: "reports" }, ...lanes(idleProver) },
      { working: true, update: false },
    ],
    [{ phase: { name: "stopped", clean: true } }, { working: false, update: true }],
    [
      { phase: { name: "failed", code: "settings", message: "" } },
      { working: false, update: true },
    ],
  ])("%j", (state, { working, update }) => {
    expect(isWorking(node(state))).toBe(working);
    expect(mayUpdate(node(state))).toBe(update);
  });
});

it("provingCount counts only provers with a task", () => {
  expect(provingCount(node({ provers: [proving(), idleProver, { name: "starting" }] }))).toBe(1);
});

it("projectsUnderWay names each project once, in the order of the lanes", () => {
  const ballot = attempt({ project: { name: "Ballot", purpose: "", url: "", practice: false } });
  const provers = [proving(), proving(ballot), idleProver, proving()];
  expect(projectsUnderWay(node({ provers }))).toEqual(["Practice", "Ballot"]);
});

it("plannedProvers: as many lanes as will be, before and after the provers exist", () => {
  const page = pageStore.getInitialState();
  expect(plannedProvers(page)).toBe(1);
  expect(plannedProvers({ ...page, node: node({ provers: [idleProver, idleProver] }) })).toBe(2);
});
