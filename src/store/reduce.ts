/** The one function that changes a node's state: an event comes in, the next state goes out. */
import type { NodeEvent, ReceiptRow } from "../domain/event.ts";
import type { FailureCode } from "../domain/failure.ts";
import { initialState, type NodeState } from "./state.ts";

const RECEIPTS_SHOWN = 50;
const RATE_WINDOW_MS = 3_600_000;
const RATE_SAMPLES = 4_096;

type Event<Type extends NodeEvent["type"]> = Extract<NodeEvent, { type: Type }>;

export const reduce = (state: NodeState, event: NodeEvent): NodeState => {
  switch (event.type) {
    case "identity":
      return { ...state, workerId: event.workerId };
    case "phase":
      return phase(state, event);
    case "link":
      return event.link.name === "connected"
        ? { ...without(state, "unreachable"), link: event.link }
        : { ...state, link: event.link };
    case "prover":
      return prover(state, event);
    case "memory":
      return { ...state, memory: withMemory(state.memory, event) };
    case "proof-failed":
      return { ...state, failed: state.failed + 1 };
    case "verdict":
      return verdict(state, event);
    case "receipts":
      return { ...state, receipts: withKept(state.receipts, event.receipts) };
    case "outbox":
      return { ...state, outbox: event.waiting };
    case "queue":
      return { ...state, queued: event.waiting };
    case "solved":
      return without(state, event.code);
    case "download":
      return { ...state, download: download(event) };
    case "download-ended":
      return state.download?.circuitId === event.circuitId ? { ...state, download: null } : state;
    case "cached":
      return { ...state, cached: event.circuits };
    case "kernels":
      return { ...state, kernels: withReports(state.kernels, event.reports) };
    case "trouble": {
      const { code, message, atMs } = event;
      return { ...state, trouble: { code, message, atMs } };
    }
    // The lanes show it already; these are for logs and counters.
    case "task-received":
    case "attempt-lost":
    case "proved":
      return state;
  }
};

/** What was the trouble is none any more. Another one stays until it is solved itself, or a new life begins. */
const without = (state: NodeState, code: FailureCode): NodeState =>
  state.trouble?.code === code ? { ...state, trouble: null } : state;

const phase = (state: NodeState, event: Event<"phase">): NodeState => {
  switch (event.phase.name) {
    case "starting":
      // The lanes of an earlier run are gone when a new one begins.
      return state.phase.name === "starting"
        ? { ...state, phase: event.phase }
        : { ...state, phase: event.phase, provers: [], memory: [], trouble: null };
    case "stopped":
    case "failed":
      return {
        ...state,
        phase: event.phase,
        link: { name: "offline", reason: "stopped" },
        queued: 0,
        download: null,
      };
    case "idle":
      // A tab that leads from now on: counters and receipts are the browser's, the rest was the other tab's.
      return {
        ...state,
        phase: event.phase,
        link: initialState.link,
        provers: [],
        memory: [],
        queued: 0,
        download: null,
      };
    case "following":
    case "running":
    case "stopping":
      return { ...state, phase: event.phase };
  }
};

const verdict = (state: NodeState, event: Event<"verdict">): NodeState => {
  if (event.verdict !== "accepted") return state;
  const since = event.atMs - RATE_WINDOW_MS;
  const recent = state.acceptedAtMs.filter((atMs) => atMs > since);
  return {
    ...state,
    accepted: state.accepted + 1,
    acceptedAtMs: [...recent, event.atMs].slice(-RATE_SAMPLES),
    receipts: withReceipt(state.receipts, event.receipt),
  };
};

const withReceipt = (
  receipts: readonly ReceiptRow[],
  receipt: ReceiptRow | undefined,
): readonly ReceiptRow[] =>
  receipt === undefined ? receipts : [receipt, ...receipts].slice(0, RECEIPTS_SHOWN);

/** The kept ones, and before them those that came while they were read. */
const withKept = (
  receipts: readonly ReceiptRow[],
  kept: readonly ReceiptRow[],
): readonly ReceiptRow[] => {
  const known = new Set(kept.map(({ attemptId }) => attemptId));
  const younger = receipts.filter(({ attemptId }) => !known.has(attemptId));
  return [...younger, ...kept].slice(0, RECEIPTS_SHOWN);
};

const prover = (state: NodeState, event: Event<"prover">): NodeState => ({
  // A prover that waits for a task has started.
  ...(event.state.name === "idle" ? without(state, "prover_lost") : state),
  provers: withProver(state.provers, event),
});

const withProver = (provers: NodeState["provers"], event: Event<"prover">): typeof provers =>
  placed(provers, { index: event.prover, item: event.state, filler: { name: "starting" } });

const withMemory = (memory: NodeState["memory"], event: Event<"memory">): typeof memory =>
  placed(memory, { index: event.prover, item: event.bytes, filler: 0 });

/** What is said of a curve takes the place of what was said of it before. */
const withReports = (known: NodeState["kernels"], reports: typeof known): typeof known => {
  const renewed = new Set(reports.map(({ curve }) => curve));
  return [...known.filter(({ curve }) => !renewed.has(curve)), ...reports];
};

const download = (event: Event<"download">): NodeState["download"] => {
  const { circuitId, doneBytes, totalBytes } = event;
  return doneBytes < totalBytes ? { circuitId, doneBytes, totalBytes } : null;
};

/** `items` with `item` at `index`; places before it that nobody has filled yet get `filler`. */
const placed = <T>(items: readonly T[], { index, item, filler }: Placed<T>): readonly T[] =>
  Array.from({ length: Math.max(items.length, index + 1) }, (_, at) =>
    at === index ? item : (items[at] ?? filler),
  );

type Placed<T> = { readonly index: number; readonly item: T; readonly filler: T };
