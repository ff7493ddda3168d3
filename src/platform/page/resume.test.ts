import { describe, expect, it } from "vitest";
import type { Phase } from "../../domain/event.ts";
import { keepStarted, keepWish, openTabStorage, wasStarted, type KeptFlag } from "./resume.ts";

const storage = (): KeptFlag => {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => {
      kept.set(key, value);
    },
    removeItem: (key) => {
      kept.delete(key);
    },
  };
};

const running: Phase = { name: "running" };

describe("a reload goes on only when the person's last wish was to prove", () => {
  it.each<[string, readonly Phase[], boolean]>([
    ["a fresh visit", [{ name: "idle" }], false],
    ["started", [{ name: "idle" }, { name: "starting", step: "options" }], true],
    ["running", [running], true],
    ["stopping", [running, { name: "stopping", deadlineAtMs: 0, step: "proofs" }], false],
    ["stopped", [running, { name: "stopped", clean: true }], false],
    ["reloaded while running: idle again, and remembered", [running, { name: "idle" }], true],
    [
      "failed while starting",
      [running, { name: "failed", code: "unreachable", message: "" }],
      true,
    ],
    ["only watching", [{ name: "following", leader: { name: "running" } }], false],
  ])("%s", (_what, phases, started) => {
    const kept = storage();
    for (const phase of phases) keepStarted(kept, phase);
    expect(wasStarted(kept)).toBe(started);
  });

  it("pressed Start, and reloaded before the node has told any phase", () => {
    const kept = storage();
    keepStarted(kept, { name: "idle" });
    keepWish(kept);
    keepStarted(kept, { name: "idle" });
    expect(wasStarted(kept)).toBe(true);
  });
});

it("a tab whose storage is forbidden works, and remembers nothing", () => {
  const forbidden = openTabStorage(() => {
    throw new DOMException("denied", "SecurityError");
  });
  keepStarted(forbidden, running);
  expect(wasStarted(forbidden)).toBe(false);
});
