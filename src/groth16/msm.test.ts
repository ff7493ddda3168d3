import { describe, expect, it } from "vitest";
import { kernelIds } from "../../kernels/field/field.ts";
import { openMsmCore } from "../testing/msm-core.ts";
import { openMsmRunner } from "../testing/msm-runner.ts";
import { msmVectors } from "../testing/msm-vectors.ts";

const groups = (["bn128", "bls12381"] as const).flatMap((curve) =>
  (["g1", "g2"] as const).map((group) => ({ curve, group, vectors: msmVectors(curve, group) })),
);

describe.each(groups)("$group of $curve", ({ curve, vectors }) => {
  it.for(kernelIds)("%s sums as known multiples of the generator do", async (kernel, { skip }) => {
    const core = openMsmCore(curve, kernel);
    if (core === undefined) return skip("this engine does not run it");
    const sum = openMsmRunner(core, vectors);
    const before = core.memory.mark();
    for (const { title, terms, expected } of vectors.cases) {
      expect(await sum(terms), title).toBe(expected);
    }
    expect(core.memory.mark()).toBe(before);
  });
});
