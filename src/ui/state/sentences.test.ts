import { describe, expect, it } from "vitest";
import type { Link, ProverState } from "../../domain/event.ts";
import { pageStore, type PageState } from "../../store/store.ts";
import { initialState, type NodeState } from "../../store/state.ts";
import {
  failureCodes,
  idleProver,
  links,
  phases,
  practice,
  proving,
  startSteps,
  stopSteps,
} from "../../testing/node-states.ts";
import { inEnglish } from "../../testing/english.ts";
import { actionWords, type Sentence } from "./sentence.ts";
import { sentenceOf } from "./sentences.ts";

const NOW = 10_000;
const connectedLink: Link = { name: "connected", sinceMs: 0, coordinatorVersion: "0.1.0" };

type Said = Record<"spoken" | "title" | "next", string> &
  Pick<Sentence, "action" | "tone" | "link">;

const say = (node: Partial<NodeState>, page: Partial<PageState> = {}): Said => {
  const sentence = sentenceOf(
    {
      ...pageStore.getInitialState(),
      boot: { name: "attached" },
      ...page,
      node: { ...initialState, ...node },
    },
    NOW,
  );
  const { spoken, title, next } = sentence;
  return {
    ...sentence,
    ...{ spoken: inEnglish(spoken), title: inEnglish(title) },
    next: next.map(inEnglish).join(" "),
  };
};

const everyState = phases.flatMap((phase) => links.map((link) => ({ phase, link })));

describe("every phase with every link has a sentence", () => {
  it.each(everyState)("$phase with $link.name", (state) => {
    const { title, next, spoken, action } = say(state);
    for (const text of [title, next, spoken]) {
      expect(text).toMatch(/^[A-Z0-9].*\.$/);
      expect(text).not.toMatch(/undefined|NaN|\[object|\.\.|\s{2}/);
    }
    expect(Object.keys(actionWords)).toContain(action);
  });

  it("what is spoken does not follow numbers that count, nor single tasks", () => {
    const ending = (leftMs: number) =>
      say({ phase: { name: "stopping", deadlineAtMs: NOW + leftMs, step: "proofs" } }).spoken;
    expect(ending(2_000)).toBe(ending(1_000));
    const other = { ...practice, name: "Ballot", practice: false };
    const at = (...provers: readonly ProverState[]) =>
      say({ phase: { name: "running" }, link: connectedLink, provers }).spoken;
    expect(at(proving())).toBe(at(proving({ project: other }), proving()));
    expect(at(proving())).not.toBe(at(idleProver));
  });

  it("states that differ for a listener sound different", () => {
    const running = links.map((link) => say({ phase: { name: "running" }, link }).spoken);
    expect(new Set(running).size).toBe(links.length);
    const failed = failureCodes.map(
      (code) => say({ phase: { name: "failed", code, message: "" } }).spoken,
    );
    expect(new Set(failed).size).toBe(failureCodes.length);
  });
});

describe("the button fits the state", () => {
  it.each<[string, Said, Said["action"]]>([
    ["idle", say({}), "start"],
    ["idle without the host", say({}, { reachable: false }), "check"],
    ["running", say({ phase: { name: "running" } }), "stop"],
    ["stopped", say({ phase: { name: "stopped", clean: true } }), "start"],
    [
      "watching a tab that proves",
      say({ phase: { name: "following", leader: { name: "running" } } }),
      "stop",
    ],
    [
      "watching a tab that does not",
      say({ phase: { name: "following", leader: { name: "stopped", clean: false } } }),
      "start",
    ],
    ["loading", say({}, { boot: { name: "loading" } }), "none"],
    ["unsupported", say({}, { boot: { name: "unsupported" } }), "none"],
    ["no node", say({}, { boot: { name: "failed", message: "no script" } }), "reload"],
    ...startSteps.map((step): [string, Said, Said["action"]] => [
      `starting, ${step}`,
      say({ phase: { name: "starting", step } }),
      "stop",
    ]),
    ...stopSteps.map((step): [string, Said, Said["action"]] => [
      `stopping, ${step}`,
      say({ phase: { name: "stopping", deadlineAtMs: 0, step } }),
      "stop-now",
    ]),
  ])("%s", (_what, sentence, action) => {
    expect(sentence.action).toBe(action);
  });
});

describe("the sentence says what matters", () => {
  it.each<[string, Said, RegExp]>([
    ["offline shell", say({}, { reachable: false }), /no connection/i],
    ["watching", say({ phase: { name: "following", leader: { name: "idle" } } }), /another tab/i],
    [
      "a lost link, with the time of the next try",
      say({
        phase: { name: "running" },
        link: { name: "waiting", attempt: 1, retryAtMs: NOW + 4_000, reason: "refused." },
      }),
      /no connection.*Refused\. Next try in 0:04\./i,
    ],
    [
      "the first connection, with the count",
      say({
        phase: { name: "starting", step: "connect" },
        link: { name: "connecting", attempt: 2, maxRetries: 5 },
      }),
      /connecting.*Try 2 of 5/i,
    ],
    [
      "a countdown to the end",
      say({ phase: { name: "stopping", deadlineAtMs: NOW + 27_000, step: "proofs" } }),
      /0:27 at the latest/,
    ],
    [
      "whom it proves for",
      say({
        phase: { name: "running" },
        link: connectedLink,
        provers: [proving()],
      }),
      /Proving for Practice/,
    ],
    [
      "no work",
      say({
        phase: { name: "running" },
        link: connectedLink,
        provers: [idleProver],
      }),
      /no task for this device/i,
    ],
    [
      "results on their way",
      say({
        phase: { name: "running" },
        link: connectedLink,
        provers: [idleProver],
        outbox: 2,
      }),
      /Sending the results/,
    ],
    [
      "a download",
      say({
        phase: { name: "running" },
        link: connectedLink,
        download: { circuitId: "merkle_proof", doneBytes: 1_200_000, totalBytes: 2_100_000 },
      }),
      /key of merkle_proof.*1\.2 MB of 2\.1 MB/i,
    ],
    [
      "results that wait while offline",
      say({ phase: { name: "running" }, outbox: 2 }),
      /2 results are kept/,
    ],
    [
      "the broken rule",
      say({
        phase: { name: "failed", code: "settings", message: "concurrency is 99, at most 16" },
      }),
      /Concurrency is 99, at most 16\./,
    ],
  ])("%s", (_what, { title, next }, wanted) => {
    expect(`${title} ${next}`).toMatch(wanted);
  });
});
