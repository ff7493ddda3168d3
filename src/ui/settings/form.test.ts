import { describe, expect, it } from "vitest";
import type { Settings } from "../../store/view.ts";
import { changesOf, fieldOfProblem, readForm } from "./form.ts";

const settings: Settings = {
  coordinatorAddress: "",
  id: "node-1",
  concurrency: 2,
  heartbeatIntervalMs: 5_000,
  curves: ["bn128", "bls12381"],
  keepaliveTimeMs: 10_000,
  keepaliveTimeoutMs: 3_000,
  engine: "auto",
  allowUnsigned: false,
  logLevel: "info",
};

const formOf = (changes: Readonly<Record<string, string | readonly string[] | null>>): FormData => {
  const fields: Record<string, string | readonly string[] | null> = {
    coordinatorAddress: "",
    id: "node-1",
    concurrency: "2",
    heartbeatIntervalMs: "5",
    curves: ["bn128", "bls12381"],
    engine: "auto",
    keepaliveTimeMs: "10",
    keepaliveTimeoutMs: "3",
    logLevel: "info",
    ...changes,
  };
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    for (const text of value === null ? [] : [value].flat()) data.append(name, text);
  }
  return data;
};

describe("readForm", () => {
  it("reads back what the form shows", () => {
    expect(readForm(formOf({}))).toEqual(settings);
  });

  it.each<[string, Parameters<typeof formOf>[0], Partial<Settings>]>([
    ["seconds become milliseconds", { heartbeatIntervalMs: "2.5" }, { heartbeatIntervalMs: 2_500 }],
    ["spaces around a text are dropped", { id: " kiosk-1 " }, { id: "kiosk-1" }],
    ["an unticked curve is left out", { curves: ["bls12381"] }, { curves: ["bls12381"] }],
    ["no curve at all", { curves: null }, { curves: [] }],
    ["an engine", { engine: "scalar9" }, { engine: "scalar9" }],
    ["a ticked box", { allowUnsigned: "on" }, { allowUnsigned: true }],
    ["an empty number is no number", { concurrency: "" }, { concurrency: Number.NaN }],
    ["words are no number", { concurrency: "two" }, { concurrency: Number.NaN }],
  ])("%s", (_what, changes, read) => {
    expect(readForm(formOf(changes))).toEqual({ ...settings, ...read });
  });
});

describe("changesOf", () => {
  it("is empty when nothing was changed", () => {
    expect(changesOf(settings, { ...settings, curves: ["bn128", "bls12381"] })).toEqual({});
  });

  it("has only what was changed", () => {
    const after: Settings = { ...settings, concurrency: 3, curves: ["bn128"] };
    expect(changesOf(settings, after)).toEqual({ concurrency: 3, curves: ["bn128"] });
  });

  it("has a number that is none", () => {
    const after = { ...settings, concurrency: Number.NaN };
    expect(changesOf(settings, after)).toEqual({ concurrency: Number.NaN });
  });
});

describe("fieldOfProblem", () => {
  it.each<[string, keyof Settings | undefined]>([
    ["concurrency", "concurrency"],
    ["worker.concurrency", "concurrency"],
    ["heartbeat_interval", "heartbeatIntervalMs"],
    ["heartbeatIntervalMs", "heartbeatIntervalMs"],
    ["worker.id", "id"],
    ["zkp.curve", "curves"],
    ["coordinator_address", "coordinatorAddress"],
    ["keepalive_timeout", "keepaliveTimeoutMs"],
    ["log_level", "logLevel"],
    ["pinned_manifest_keys", undefined],
  ])("%s", (field, name) => {
    expect(fieldOfProblem({ field, value: "", rule: "", source: "url" })).toBe(name);
  });
});
