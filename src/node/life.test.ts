import { describe, expect, it } from "vitest";
import { settle } from "../testing/clock.ts";
import { FakeBrowser, FakeTab, task } from "../testing/node.ts";
import type { MemoryStore } from "../testing/storage.ts";

const partsOf = ({ outbox, outboxScopes, receipt, receipts, ring, values }: MemoryStore) => ({
  ...{ outbox, outboxScopes, receipt, receipts, ring, values },
});

/** A store, reads of one value of which wait until they are let go. */
const withHeldRead = (store: MemoryStore, prefix: string) => {
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const get = async (name: string): Promise<unknown> => {
    if (name.startsWith(prefix)) await held;
    return store.values.get(name);
  };
  return { store: { ...partsOf(store), values: { ...store.values, get } }, letGo };
};

const alive = (tab: FakeTab): number => tab.provers.filter(({ terminated }) => !terminated).length;

describe("stop", () => {
  it("pressed twice while a report is being written ends in stopped, and stays there", async () => {
    const browser = new FakeBrowser();
    const { clock } = browser;
    const { outbox } = browser.store;
    const slowOutbox: MemoryStore["outbox"] = (scope) => {
      const own = outbox(scope);
      const put: typeof own.put = async (report) => {
        await clock.sleep(50, new AbortController().signal);
        await own.put(report);
      };
      return { ...own, put };
    };
    const store = { ...partsOf(browser.store), outbox: slowOutbox };
    const tab = await new FakeTab(browser, { store }).open();
    await clock.pass(500);
    browser.coordinator.send(task(1));
    await settle();
    tab.prover.succeed();
    await settle();
    const first = tab.node.stop();
    await settle();
    const second = tab.node.stop();
    await clock.pass(5_000);
    await Promise.all([first, second]);
    await clock.pass(60_000);
    expect(tab.state.phase).toEqual({ name: "stopped", clean: false });
  });

  it("pressed in a start step that hangs ends at once, and the next start is not touched by the old one", async () => {
    const browser = new FakeBrowser();
    const { letGo, store } = withHeldRead(browser.store, "token ");
    const tab = await new FakeTab(browser, { store }).open();
    await browser.clock.pass(500);
    expect(tab.state.phase).toEqual({ name: "starting", step: "node" });
    const stopped = tab.node.stop();
    await browser.clock.pass(500);
    await stopped;
    expect(tab.state.phase).toEqual({ name: "stopped", clean: true });
    letGo();
    await browser.clock.pass(1_000);
    expect(alive(tab)).toBe(0);
    await tab.node.start();
    await browser.clock.pass(1_000);
    expect(tab.state.phase).toEqual({ name: "running" });
    expect(alive(tab)).toBe(1);
  });

  it("pressed while storage hangs ends without the log", async () => {
    const browser = new FakeBrowser();
    const { ring } = browser.store;
    const state = { hangs: false };
    const append = (lines: readonly string[]): Promise<void> =>
      state.hangs ? new Promise(() => undefined) : ring.append(lines);
    const store = { ...partsOf(browser.store), ring: { ...ring, append } };
    const tab = await new FakeTab(browser, { store }).open();
    await browser.clock.pass(500);
    state.hangs = true;
    const stopped = tab.node.stop();
    await browser.clock.pass(5_000);
    await stopped;
    await browser.clock.pass(250);
    expect(tab.state.phase).toEqual({ name: "stopped", clean: true });
  });
});

describe("the lead, taken while the provers are being made", () => {
  it("leaves no prover behind", async () => {
    const browser = new FakeBrowser();
    const { letGo, store } = withHeldRead(browser.store, "token ");
    const tab = await new FakeTab(browser, { store }).open();
    await browser.clock.pass(100);
    await browser.lock.acquire("steal", new AbortController().signal);
    await settle();
    letGo();
    await browser.clock.pass(1_000);
    expect(alive(tab)).toBe(0);
    expect(tab.state.phase).toMatchObject({ name: "following" });
  });
});
