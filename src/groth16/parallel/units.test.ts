import { describe, expect, it } from "vitest";
import { needsQuotient, planUnits, sumNames, unitWeight, type Sizes, type Unit } from "./units.ts";

const dense = (domainSize: number): Sizes => ({
  domainSize,
  bases: { a: domainSize - 9, b2: domainSize - 20_000, c: domainSize - 100, h: domainSize },
});

const large = dense(2 ** 16);

const sumsOf = (units: readonly Unit[]) => units.filter((unit) => unit.kind === "sum");

describe("units of a proof", () => {
  it("of one member are whole sums", () => {
    const units = planUnits(large, 1);
    expect(units).toEqual(
      sumNames.map((of) => ({ kind: "sum", of, from: 0, count: large.bases[of] })),
    );
  });

  it.each([2, 3, 4, 8, 16, 64, 250])(
    "of %i members cover each sum once, without a gap",
    (members) => {
      for (const sizes of [large, dense(2 ** 20)]) {
        const units = planUnits(sizes, members);
        expect(units.length).toBeLessThan(200);
        for (const name of sumNames) {
          let next = 0;
          for (const { from, count } of sumsOf(units).filter(({ of }) => of === name)) {
            expect([from, count > 0]).toEqual([next, true]);
            next += count;
          }
          expect(next).toBe(sizes.bases[name]);
        }
      }
    },
  );

  it("begin with the polynomials, and end with what waits for them", () => {
    const units = planUnits(large, 2);
    expect(units.slice(0, 3).map(({ kind }) => kind)).toEqual(Array(3).fill("polynomial"));
    const first = units.findIndex(needsQuotient);
    expect(units.slice(first).every(needsQuotient)).toBe(true);
  });

  it.each([2, 3, 4])("of %i members are so small at the end that nobody waits long", (members) => {
    const sizes = dense(2 ** 18);
    const weights = planUnits(sizes, members).map((unit) => unitWeight(unit, sizes));
    const fair = weights.reduce((sum, weight) => sum + weight, 0) / members;
    for (const weight of weights) expect(weight).toBeLessThan(fair * 0.51);
    expect(weights.at(-1)).toBeLessThan(fair / 8);
  });

  it("are not smaller than is worth it", () => {
    for (const { count } of sumsOf(planUnits(large, 32))) expect(count).toBeGreaterThan(8_000);
  });

  it("leave out sums without bases", () => {
    const units = planUnits({ ...large, bases: { ...large.bases, c: 0 } }, 2);
    expect(sumsOf(units).some(({ of }) => of === "c")).toBe(false);
    expect(sumsOf(units).every(({ count }) => count > 0)).toBe(true);
  });
});
