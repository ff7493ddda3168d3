import { expect, test } from "vitest";
import { createLocks } from "../../testing/prover-tools.ts";
import { claimRegion, type HoldLock } from "./regions.ts";

const slots = { name: "key", address: 0, bytes: 64, count: 2 };

test("a prover gets the region of its lane when whoever had it is gone", async () => {
  const holdLock = createLocks();
  const before = await claimRegion(slots, { lane: 1, holdLock }, 50);
  expect(before?.index).toBe(1);
  const waiting = claimRegion(slots, { lane: 1, holdLock }, 50);
  const first = await Promise.race([waiting, Promise.resolve("it waits")]);
  expect(first).toBe("it waits");
  before?.release();
  expect((await waiting)?.index).toBe(1);
});

test("regions of other lanes and of other keys are others", async () => {
  const holdLock = createLocks();
  const claimed = await Promise.all([
    claimRegion(slots, { lane: 0, holdLock }, 50),
    claimRegion(slots, { lane: 1, holdLock }, 50),
    claimRegion({ ...slots, name: "other" }, { lane: 1, holdLock }, 50),
  ]);
  expect(claimed.map((region) => region?.index)).toEqual([0, 1, 1]);
});

test("without a lane, or with one beyond the regions, there is none, and no lock is asked for", async () => {
  const asked: string[] = [];
  const holdLock: HoldLock = (name) => {
    asked.push(name);
    return Promise.resolve(() => undefined);
  };
  expect(await claimRegion(slots, { lane: undefined, holdLock }, 50)).toBeUndefined();
  expect(await claimRegion(slots, { lane: 2, holdLock }, 50)).toBeUndefined();
  expect(asked).toEqual([]);
});

test("a region that is not to be had in time is none", async () => {
  const holdLock: HoldLock = () => Promise.resolve(undefined);
  expect(await claimRegion(slots, { lane: 0, holdLock }, 50)).toBeUndefined();
});
