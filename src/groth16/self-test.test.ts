import { describe, expect, it } from "vitest";
import { kernelIds } from "../../kernels/field/field.ts";
import { curves } from "../domain/circuit.ts";
import { openTestCore } from "../testing/kernel-core.ts";
import { selfTest, selfTestVectors, type SelfTestCore } from "./self-test.ts";

describe.each(curves)("the self-test on %s", (curve) => {
  const vectors = selfTestVectors(curve);

  it.each(kernelIds)(
    "%s passes, and leaves memory as it was",
    async (kernel) => {
      const core = openTestCore(curve, kernel);
      if (core === undefined) return;
      const before = core.memory.mark();
      await selfTest(core, vectors);
      expect(core.memory.mark()).toBe(before);
    },
    60_000,
  );

  /** What each part says when a result of it is one bit off. */
  it.each<[keyof SelfTestCore["exports"], string]>([
    ["fqToWords", "fqMul"],
    ["frToWords", "frMul"],
    ["fq2Mul", "fq2Mul"],
    ["g1PointsToWords", "a sum over G1"],
    ["g2PointsToWords", "a sum over G2"],
    ["frJoin", "transforms on 64 elements"],
  ])("finds a %s that lies", async (name, part) => {
    const core = openTestCore(curve, "scalar9");
    if (core === undefined) throw new Error("every engine runs scalar9");
    const lying: SelfTestCore["exports"][typeof name] = (...numbers) => {
      const result = core.exports[name](...numbers);
      const [out = 0] = numbers;
      const bytes = core.memory.u8();
      bytes[out] = (bytes[out] ?? 0) ^ 1;
      return result;
    };
    const liar = { ...core, exports: { ...core.exports, [name]: lying } };
    await expect(selfTest(liar, vectors)).rejects.toThrow(`it computes wrongly: ${part}`);
  });
});
