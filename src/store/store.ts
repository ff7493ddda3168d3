/** State of the page. Written by main.tsx alone; everybody else reads it through view.ts. */
import { createStore } from "zustand/vanilla";
import type { EffectiveSettings } from "../node/protocol.ts";
import { initialState, type NodeState } from "./state.ts";

/** A part of the platform that the node builds on, and whether this page has it. */
export type Feature = {
  readonly id: FeatureId;
  readonly present: boolean;
  /** Proving cannot work without it. */
  readonly required: boolean;
};
export type FeatureId =
  | "secure-context"
  | "webassembly"
  | "workers"
  | "private-files"
  | "database"
  | "web-locks"
  | "service-worker"
  | "shared-memory"
  | "beacons";

/** The node worker, as the page that makes it sees it. */
export type Boot =
  | { readonly name: "loading" }
  | { readonly name: "attached" }
  /** The browser lacks required features; the worker was not made. */
  | { readonly name: "unsupported" }
  | { readonly name: "failed"; readonly message: string };

/** Everything on screen that is not the node's own state. */
export type PageState = {
  readonly node: NodeState;
  readonly boot: Boot;
  readonly settings: EffectiveSettings | null;
  readonly features: readonly Feature[];
  /** Logical cores of the device. */
  readonly cores: number;
  /** How many provers there will be, as far as the page can tell before the node has read its settings. */
  readonly expectedProvers: number;
  /** The host of this page answers; asked while no node runs, since a running one knows by its link. */
  readonly reachable: boolean;
  /** "ready": a new version waits for a moment between tasks. */
  readonly update: "none" | "ready";
  /** The browser offers to install the page as an app. */
  readonly installable: boolean;
  readonly build: { readonly version: string; readonly commit: string };
};

const initialPage: PageState = {
  node: initialState,
  boot: { name: "loading" },
  settings: null,
  features: [],
  cores: 1,
  expectedProvers: 1,
  reachable: true,
  update: "none",
  installable: false,
  build: { version: "", commit: "" },
};

export const pageStore = createStore<PageState>(() => initialPage);

/** Changes the page's state. Parts that are equal to what was there keep their identity, so that nobody draws them again. */
export const writePage = (change: Partial<PageState>): void => {
  pageStore.setState((before) => keepEqual(before, { ...before, ...change }));
};

/**
 * `next`, with every part that equals its counterpart in `before` replaced by it. A state that crossed from the worker is
 * a fresh copy as a whole, though most of it did not change.
 */
export const keepEqual = <T>(before: T, next: T): T => {
  if (Object.is(before, next)) return before;
  if (!isTree(before) || !isTree(next) || Array.isArray(before) !== Array.isArray(next))
    return next;
  const names = Object.keys(next);
  const entries = names.map((name) => [name, keepEqual(before[name], next[name])] as const);
  const same =
    names.length === Object.keys(before).length &&
    entries.every(([name, value]) => Object.hasOwn(before, name) && Object.is(before[name], value));
  if (same) return before;
  const merged: unknown = Array.isArray(next)
    ? entries.map(([, value]) => value)
    : Object.fromEntries(entries);
  // Built from `next`, part by part: it has its form.
  return merged as T;
};

const isTree = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
