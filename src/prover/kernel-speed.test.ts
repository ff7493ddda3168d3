import { describe, expect, it } from "vitest";
import { compiledKernel } from "../testing/compiled-kernels.ts";
import { timeKernel } from "./kernel-speed.ts";

describe.each(["ext4", "scalar9"] as const)("the speed of %s", (kernel) => {
  it.each([
    ["a memory of its own", false],
    ["shared memory", true],
  ])("is measured on %s", async (_where, shared) => {
    const module = compiledKernel("bn128", kernel, { shared });
    const ms = await timeKernel(module, () => performance.now());
    expect(ms).toBeGreaterThan(0);
    // A thousand additions take a millisecond on an idle machine; a busy one may stop amid them.
    expect(ms).toBeLessThan(10_000);
  });

  it("is what the clock says, which is looked at twice", async () => {
    const times = [5, 12.5];
    const asked: number[] = [];
    const now = (): number => {
      const time = times[asked.length] ?? Number.NaN;
      asked.push(time);
      return time;
    };
    expect(await timeKernel(compiledKernel("bn128", kernel), now)).toBe(7.5);
    expect(asked).toEqual(times);
  });

  it("is not measured where the module does not fit its memory", async () => {
    const module = compiledKernel("bn128", kernel, { shared: true });
    const timed = timeKernel({ ...module, shared: false }, () => 0);
    await expect(timed).rejects.toThrow(WebAssembly.LinkError);
  });
});
