/**
 * The arithmetic as it ships, in a real browser: the modules of the built page on the vectors of the generator's own tests.
 * What is expected is computed in Node with BigInt.
 */
import { expect, test, type Page } from "playwright/test";
import { kernelIds, type KernelId } from "../kernels/field/field.ts";
import type { CurveId } from "../kernels/layout.ts";
import { msmVectors } from "../src/testing/msm-vectors.ts";
import { fieldCases, type FieldCase } from "./kernels/field-cases.ts";
import type { Variant } from "./kernels/page.ts";
import { call, startKernelStand, type KernelStand } from "./kernels/stand.ts";

let stand: KernelStand;

test.beforeAll(async () => {
  stand = await startKernelStand();
});

test.afterAll(async () => {
  await stand.close();
});

const curves = ["bn128", "bls12381"] as const;

/** V8 has wide arithmetic, but does not yet switch it on: it gets a browser of its own. */
const isEager = (kernel: KernelId): boolean => kernel === "wide4";

const groups = curves.flatMap((curve) =>
  (["g1", "g2"] as const).map((group) => msmVectors(curve, group)),
);
const cases = new Map<CurveId, readonly FieldCase[]>(
  curves.map((curve) => [curve, fieldCases(curve)]),
);

/** Names of the cases whose results are wrong. */
const wrongCases = async (page: Page, core: number, curve: CurveId): Promise<readonly string[]> => {
  const given = cases.get(curve) ?? [];
  const results = await call(page, "field", core, given);
  return given
    .filter(({ expected }, index) => !Buffer.from(expected).equals(results[index] ?? Buffer.of()))
    .map(({ field, operation }) => `${field}${operation ?? "FromWords, ToWords"}`);
};

for (const kernel of kernelIds) {
  test.describe(kernel, () => {
    let page: Page;

    test.beforeEach(async () => {
      page = await stand.openPage(isEager(kernel));
    });

    test.afterEach(async () => {
      await page.close();
    });

    /** Skips the test, and says so, in a browser that does not take the kernel's instructions. */
    const open = async (curve: CurveId, variant: Variant): Promise<number> => {
      const core = await call(page, "open", { curve, kernel, variant });
      if (core !== undefined) return core;
      const version = page.context().browser()?.version() ?? "";
      const reason = `Chromium ${version} does not run ${curve}.${kernel}`;
      process.stdout.write(`skipped: ${reason}\n`);
      test.skip(true, reason);
      throw new Error(reason);
    };

    for (const { cases: sums, ...bases } of groups) {
      test(`sums in ${bases.group} of ${bases.curve}`, async () => {
        const core = await open(bases.curve, "own");
        const lists = sums.map(({ terms }) => terms);
        const texts = await call(page, "sums", core, bases, lists);
        const wrong = sums.filter(({ expected }, index) => texts[index] !== expected);
        expect(wrong.map(({ title }) => title)).toEqual([]);
      });
    }

    for (const curve of curves) {
      for (const variant of ["own", "shared"] as const) {
        test(`computes in the fields of ${curve}, in memory that is ${variant}`, async () => {
          expect(await wrongCases(page, await open(curve, variant), curve)).toEqual([]);
        });
      }

      test(`is found out on ${curve} with one wrong constant`, async () => {
        expect(await wrongCases(page, await open(curve, "wrong"), curve)).not.toEqual([]);
      });
    }
  });
}
