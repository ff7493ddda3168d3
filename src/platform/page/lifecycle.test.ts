import { describe, expect, it } from "vitest";
import { watchLifecycle } from "./lifecycle.ts";

const stand = () => {
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  const told: string[] = [];
  const stop = new AbortController();
  watchLifecycle(
    { window, document },
    {
      changed: (change) => told.push(change),
      leaving: () => told.push("leaving"),
    },
    stop.signal,
  );
  return { window, document, told, stop };
};

describe("watchLifecycle", () => {
  it.each(["online", "offline"])("window %s", (name) => {
    const { window, told } = stand();
    window.dispatchEvent(new Event(name));
    expect(told).toEqual([name]);
  });

  it.each(["freeze", "resume"])("document %s", (name) => {
    const { document, told } = stand();
    document.dispatchEvent(new Event(name));
    expect(told).toEqual([name]);
  });

  it.each(["visible", "hidden"])("visibility %s", (state) => {
    const { document, told } = stand();
    document.visibilityState = state;
    document.dispatchEvent(new Event("visibilitychange"));
    expect(told).toEqual([state]);
  });

  it("pagehide is leaving", () => {
    const { window, told } = stand();
    window.dispatchEvent(new Event("pagehide"));
    expect(told).toEqual(["leaving"]);
  });

  it("pageshow counts only when the page comes back", () => {
    const { window, told } = stand();
    window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
    expect(told).toEqual([]);
    window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    expect(told).toEqual(["pageshow"]);
  });

  it("nothing is heard after the end", () => {
    const { window, told, stop } = stand();
    stop.abort();
    window.dispatchEvent(new Event("online"));
    expect(told).toEqual([]);
  });
});
