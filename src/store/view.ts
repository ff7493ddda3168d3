/** What the screens may know: a hook to read the page's state, and selectors. No way to change anything. */
import { useSyncExternalStore } from "react";
import type { ProverState } from "../domain/event.ts";
import { lifeOf, type NodeState } from "./state.ts";
import { pageStore, type PageState } from "./store.ts";

export type { NodeState } from "./state.ts";
export type { Feature, FeatureId, PageState } from "./store.ts";
export type {
  About,
  EffectiveSettings,
  NodeApi,
  ReceiptCheck,
  Settings,
  SettingsProblem,
  SettingsSource,
} from "../node/protocol.ts";

/** Reads a part of the state and draws again when it changes. `select` returns a part or a primitive, never a new object. */
export const useView = <T>(select: (state: PageState) => T): T => {
  const read = (): T => select(pageStore.getState());
  return useSyncExternalStore(pageStore.subscribe, read, read);
};

/** Just done counts as busy, so that the gap between two tasks does not flicker. */
const RECENT_MS = 2_000;
const RATE_WINDOW_MS = 5 * 60_000;
const MINUTE_MS = 60_000;

const isProving = (prover: ProverState): boolean => prover.name === "proving";

/** How many provers work on a task. */
export const provingCount = (node: NodeState): number => node.provers.filter(isProving).length;

/** Whether there is work, seen without the short gaps between tasks. */
export const isBusy = (node: NodeState, nowMs: number): boolean => {
  if (provingCount(node) > 0 || node.queued > 0) return true;
  const last = node.acceptedAtMs.at(-1);
  return last !== undefined && nowMs - last < RECENT_MS;
};

/** Whether this tab or the one that it watches has a node at work. */
export const isWorking = (node: NodeState): boolean => {
  switch (lifeOf(node.phase).name) {
    case "starting":
    case "running":
    case "stopping":
      return true;
    case "idle":
    case "stopped":
    case "failed":
      return false;
  }
};

/** A new version may be put in place: nothing that is under way would be lost. */
export const mayUpdate = (node: NodeState): boolean =>
  provingCount(node) === 0 && lifeOf(node.phase).name !== "stopping";

/**
 * Accepted proofs per minute over the last five, or over the time since the first one when that is shorter, but at
 * least over one minute. `null` before the first.
 */
export const ratePerMinute = (acceptedAtMs: readonly number[], nowMs: number): number | null => {
  const first = acceptedAtMs[0];
  if (first === undefined) return null;
  const window = Math.max(MINUTE_MS, Math.min(RATE_WINDOW_MS, nowMs - first));
  const within = acceptedAtMs.filter((atMs) => atMs >= nowMs - window);
  return (within.length * MINUTE_MS) / window;
};

/** Names of the projects that provers work for, each once, in the order of the lanes. */
export const projectsUnderWay = (node: NodeState): readonly string[] => {
  const names = node.provers.flatMap((prover) =>
    prover.name === "proving" ? [prover.project.name] : [],
  );
  return [...new Set(names)];
};

/** Lanes to draw before the provers exist, so that Start moves nothing on the page. */
export const plannedProvers = (state: PageState): number =>
  Math.max(state.node.provers.length, state.settings?.values.concurrency ?? state.expectedProvers);
