import { describe, expect, it } from "vitest";
import { askToKeep, storageUse } from "./storage-use.ts";

const storage = (persisted: boolean, granted: boolean) => {
  const asked: string[] = [];
  return {
    asked,
    persisted: () => Promise.resolve(persisted),
    persist: () => {
      asked.push("persist");
      return Promise.resolve(granted);
    },
  };
};

describe("askToKeep", () => {
  it.each([true, false])("asks once and says whether it was granted: %s", async (granted) => {
    const asking = storage(false, granted);
    expect(await askToKeep(asking)).toBe(granted);
    expect(asking.asked).toEqual(["persist"]);
  });

  it("does not ask for what is granted already", async () => {
    const granted = storage(true, false);
    expect(await askToKeep(granted)).toBe(true);
    expect(granted.asked).toEqual([]);
  });

  it("lives with browsers that lack or refuse it", async () => {
    expect(await askToKeep(undefined)).toBe(false);
    expect(await askToKeep({})).toBe(false);
    expect(await askToKeep({ persist: () => Promise.reject(new TypeError("private")) })).toBe(
      false,
    );
  });
});

describe("storageUse", () => {
  it("is null where the browser does not tell", async () => {
    expect(await storageUse(undefined)).toBeNull();
  });
});
