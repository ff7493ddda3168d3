import { expect, test } from "vitest";
import { createProgress } from "./progress.ts";

const steps = [
  { name: "key", stage: "key", weight: 1 },
  { name: "MSM A", stage: "msm", weight: 4 },
  { name: "MSM B", stage: "msm", weight: 5 },
] as const;

const open = (of: Parameters<typeof createProgress>[0]["steps"] = steps) => {
  const told: [string, number][] = [];
  const clock = { ms: 0 };
  const now = (): number => clock.ms;
  const progress = createProgress({ steps: of, now, tell: (...said) => told.push(said) });
  return { progress, told, clock };
};

test("a step begins with the share of those before it", () => {
  const { progress, told } = open();
  for (const { name } of steps) progress.begin(name);
  expect(told).toEqual([
    ["key", 0],
    ["msm", 0.1],
    ["msm", 0.5],
  ]);
});

test("within a step the share grows by what is done of it, told ten times a second at most", () => {
  const { progress, told, clock } = open();
  progress.begin("MSM B");
  for (const share of [0.1, 0.2, 0.5, 0.6, 1]) {
    clock.ms += 60;
    progress.within(share);
  }
  expect(told).toEqual([
    ["msm", 0.5],
    ["msm", 0.6],
    ["msm", 0.8],
  ]);
});

test("the share never falls: not by a step that comes late, nor by one that nobody knows", () => {
  const { progress, told, clock } = open();
  progress.begin("MSM B");
  clock.ms += 7;
  progress.begin("MSM A");
  clock.ms += 5;
  progress.begin("MSM B");
  clock.ms += 1;
  progress.begin("another");
  expect(told.map(([, share]) => share)).toEqual([0.5, 0.5, 0.5]);
  expect(Object.fromEntries(progress.end())).toEqual({ "MSM A": 5, "MSM B": 8 });
});

test("across all the engine's steps the share grows from where they begin", () => {
  const { progress, told, clock } = open();
  progress.begin("key");
  progress.begin("MSM B");
  for (const share of [0.2, 0.5, 1]) {
    clock.ms += 200;
    progress.across(share);
  }
  expect(told.map(([, share]) => Math.round(100 * share))).toEqual([0, 50, 50, 55, 100]);
});

test("each step has its duration when the last one ends", () => {
  const { progress, clock } = open();
  for (const { name } of steps) {
    progress.begin(name);
    clock.ms += 7;
  }
  expect([...progress.end()]).toEqual([
    ["key", 7],
    ["MSM A", 7],
    ["MSM B", 7],
  ]);
});

test("steps without a weight are no division by zero", () => {
  const { progress, told } = open([{ name: "key", stage: "key", weight: 0 }]);
  progress.begin("key");
  expect(told).toEqual([["key", 0]]);
});
