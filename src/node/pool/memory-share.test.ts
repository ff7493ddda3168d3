import { describe, expect, it } from "vitest";
import { settle } from "../../testing/clock.ts";
import { MemoryShare } from "./memory-share.ts";

/** Claims of a share of 100 bytes, by name; `granted` holds the names in the order in which they were granted. */
const sharing = (budgetBytes = 100) => {
  const share = new MemoryShare(budgetBytes);
  const granted: string[] = [];
  const refused: unknown[] = [];
  const claim = (name: string, bytes: number): AbortController => {
    const end = new AbortController();
    share.claim(bytes, end.signal).then(
      () => granted.push(name),
      (reason: unknown) => refused.push(reason),
    );
    return end;
  };
  return { claim, granted, refused, share };
};

describe("the share of memory", () => {
  it("is granted as long as the sum stays within the budget", async () => {
    const { claim, granted, share } = sharing();
    claim("a", 60);
    claim("b", 40);
    expect(share.hasRoom(1)).toBe(false);
    claim("c", 1);
    await settle();
    expect(granted).toEqual(["a", "b"]);
  });

  it("is free again when its holder's signal is aborted; one that ends may make room for several", async () => {
    const { claim, granted } = sharing();
    const first = claim("a", 90);
    claim("b", 50);
    claim("c", 50);
    claim("d", 50);
    first.abort();
    await settle();
    expect(granted).toEqual(["a", "b", "c"]);
  });

  it("goes to the claims in their order: a small one does not pass a large one", async () => {
    const { claim, granted, share } = sharing();
    const first = claim("a", 60);
    const second = claim("large", 80);
    claim("small", 10);
    expect(share.hasRoom(10)).toBe(false);
    await settle();
    expect(granted).toEqual(["a"]);
    first.abort();
    await settle();
    expect(granted).toEqual(["a", "large", "small"]);
    second.abort();
    expect(share.hasRoom(90)).toBe(true);
  });

  it("one that waits and is given up leaves, with the reason, and those behind it move up", async () => {
    const { claim, granted, refused } = sharing();
    claim("a", 60);
    const second = claim("large", 80);
    claim("small", 10);
    second.abort(new Error("cancelled by its owner"));
    await settle();
    expect(granted).toEqual(["a", "small"]);
    expect(String(refused[0])).toContain("cancelled by its owner");
  });

  it("one proof always runs, however large", async () => {
    const { claim, granted } = sharing();
    claim("a", 1_000).abort();
    claim("b", 1_000);
    claim("c", 1);
    await settle();
    expect(granted).toEqual(["a", "b"]);
  });

  it("negative control: nobody waits when the budget is not known", async () => {
    const { claim, granted } = sharing(0);
    claim("a", 1_000);
    claim("b", 1_000);
    await settle();
    expect(granted).toEqual(["a", "b"]);
  });

  it("a signal that is aborted already gets nothing and holds nothing", async () => {
    const { granted, share } = sharing();
    await expect(share.claim(60, AbortSignal.abort(new Error("too late")))).rejects.toThrow("late");
    expect([granted, share.hasRoom(100)]).toEqual([[], true]);
  });
});
