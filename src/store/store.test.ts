import { afterEach, describe, expect, it } from "vitest";
import { keepEqual, pageStore, writePage } from "./store.ts";

afterEach(() => {
  pageStore.setState(pageStore.getInitialState(), true);
});

describe("keepEqual keeps the identity of what did not change", () => {
  const before = { phase: { name: "running" }, list: [{ id: 1 }, { id: 2 }], count: 3 };

  it("a copy that is equal is the one before", () => {
    expect(keepEqual(before, structuredClone(before))).toBe(before);
  });

  it("only the changed branch is new", () => {
    const next = keepEqual(before, { ...structuredClone(before), count: 4 });
    expect(next).not.toBe(before);
    expect(next.count).toBe(4);
    expect(next.list).toBe(before.list);
    expect(next.phase).toBe(before.phase);
  });

  it("an element added leaves the others as they were", () => {
    const next = keepEqual(before.list, [{ id: 1 }, { id: 2 }, { id: 3 }]);
    expect(next).toHaveLength(3);
    expect(next[0]).toBe(before.list[0]);
  });

  it.each([
    ["a field gone", { a: 1, b: 2 }, { a: 1 }],
    ["a field undefined instead of absent", { a: 1 }, { a: 1, b: undefined }],
    ["a list for an object", [], {}],
    ["null for an object", {}, null],
    ["another number", 1, 2],
  ])("%s counts as a change", (_what, from, to) => {
    expect(keepEqual<unknown>(from, to)).toEqual(to);
    expect(keepEqual<unknown>(from, to)).not.toBe(from);
  });
});

describe("writePage", () => {
  it("changes what it names and tells only of real changes", () => {
    let told = 0;
    const stop = pageStore.subscribe(() => {
      told += 1;
    });
    writePage({ update: "ready" });
    writePage({ update: "ready" });
    stop();
    expect(pageStore.getState().update).toBe("ready");
    expect(told).toBe(1);
  });
});
