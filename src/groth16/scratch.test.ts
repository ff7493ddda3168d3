import { describe, expect, test } from "vitest";
import { readBuiltInCircuit, witnessOf } from "../testing/circuits.ts";
import { openTestCore } from "../testing/kernel-core.ts";
import { drawBlinding } from "./blinding.ts";
import { proveWithCore } from "./groth16.ts";
import { placeKey } from "./key-layout.ts";
import { CoreMemory } from "./memory.ts";
import { createModuleKernel } from "./module-kernel.ts";
import { planKey } from "./plan-key.ts";
import { openKey, prepareFromPlan } from "./prepared-key.ts";
import { finish } from "./resumable.ts";
import { scratchBytes } from "./scratch.ts";
import { readWtns } from "./wtns.ts";
import { readZkey } from "./zkey.ts";

/** Notes the most that is taken of it. */
class WatchedMemory extends CoreMemory {
  peak = 0;

  override alloc(bytes: number): number {
    const address = super.alloc(bytes);
    this.peak = Math.max(this.peak, this.mark());
    return address;
  }
}

const cases = [
  ["addition", "scalar9"],
  ["merkle_proof", "scalar9"],
  ["merkle_proof", "ext4"],
  ["addition_bls12381", "ext4"],
] as const;

describe.each(cases)("a proof of %s by %s", (name, kernelId) => {
  const circuit = readBuiltInCircuit(name);
  const zkey = readZkey(circuit.zkeyBytes);
  const { curve } = zkey;

  /** A proof in a region of so many bytes above its key; gives what it really took. */
  const proveIn = async (regionBytes: (measured: number) => number) => {
    const core = openTestCore(curve, kernelId);
    if (core === undefined) throw new Error("this engine runs both kernels");
    const plan = finish(planKey(zkey, core.layout));
    prepareFromPlan(plan, { memory: core.memory, kernel: createModuleKernel(core) });
    const measured = scratchBytes(plan.figures, core.layout);
    const begin = core.memory.mark();
    const end = begin + regionBytes(measured);
    // A region does not grow: all of it must be there.
    core.memory.alloc(end - begin);
    const memory = new WatchedMemory(core.memory.memory, begin, end);
    const kernel = createModuleKernel({ ...core, memory });
    const places = placeKey(
      plan.figures,
      kernel.shape,
      new CoreMemory(memory.memory, core.layout.heapBase),
    );
    const key = openKey(plan.figures, places, kernel);
    const wtns = readWtns(witnessOf(circuit), zkey);
    const blinding = drawBlinding(curve, (bytes) => void crypto.getRandomValues(bytes));
    await proveWithCore({ key, wtns, blinding, onStep: () => undefined }, { memory, kernel });
    return { measured, taken: memory.peak - begin };
  };

  test("takes no more than was measured, and not much less", async () => {
    const { measured, taken } = await proveIn((bytes) => bytes);
    expect(taken).toBeLessThanOrEqual(measured);
    expect(taken).toBeGreaterThan(0.5 * measured);
  }, 60_000);

  test("negative control: half of it is too small", async () => {
    await expect(proveIn((bytes) => bytes / 2)).rejects.toMatchObject({
      code: "internal",
      message: expect.stringContaining("too small") as string,
    });
  }, 60_000);
});
