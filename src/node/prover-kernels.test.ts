import { describe, expect, it } from "vitest";
import type { ChosenKernels } from "../artifacts/protocol.ts";
import type { KernelOutcome } from "../domain/engine.ts";
import type { KernelLayout } from "../../kernels/layout.ts";
import { settle } from "../testing/clock.ts";
import { FakeBrowser, FakeTab } from "../testing/node.ts";

const fared = (outcome: KernelOutcome): ChosenKernels => ({
  kernels: [],
  reports: [{ curve: "bn128", kernel: "wide4", outcome }],
});

const layout: KernelLayout = {
  ...{ curve: "bn128", kernel: "fma2", lanes: 2, fqBytes: 40, frBytes: 40 },
  ...{ g1Bytes: 80, g2Bytes: 160, heapBase: 1_024 },
};
const module = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
const passed: ChosenKernels = {
  kernels: [{ layout, module, shared: true }],
  reports: [{ curve: "bn128", kernel: "fma2", outcome: { name: "passed", nanoseconds: 4_000 } }],
};

const start = async (engine: string, kernels: ChosenKernels) => {
  const browser = new FakeBrowser();
  const tab = await new FakeTab(browser, { urlOptions: { engine }, kernels }).open();
  await browser.clock.pass(250);
  await settle();
  return { browser, tab };
};

describe("a node whose engine is set", () => {
  it.each<[KernelOutcome, string]>([
    [{ name: "unsupported" }, "this browser lacks its instructions"],
    [{ name: "failed", why: "it computes wrongly: fqMul" }, "it computes wrongly: fqMul"],
  ])("does not start where that does not work (%o), and says what does", async (outcome, why) => {
    const { browser, tab } = await start("wide4", fared(outcome));
    expect(tab.state.phase).toEqual({
      name: "failed",
      code: "settings",
      message: `engine is "wide4", which does not work here: ${why}; set it to auto to use what does`,
    });
    expect(browser.coordinator.registrations).toEqual([]);
    expect(tab.provers).toEqual([]);
  });

  it("starts where it works, and registers with the kernel's name", async () => {
    const { browser, tab } = await start("fma2", passed);
    expect(tab.state.phase).toEqual({ name: "running" });
    expect(browser.coordinator.registrations).toMatchObject([
      { capabilities: { circuits: "*", kernels: "fma2" } },
    ]);
  });

  it.each(["auto", "snarkjs"])("%s starts where no kernel works", async (engine) => {
    const { browser, tab } = await start(engine, fared({ name: "unsupported" }));
    expect(tab.state.phase).toEqual({ name: "running" });
    expect(browser.coordinator.registrations[0]?.capabilities).toEqual({ circuits: "*" });
  });
});
