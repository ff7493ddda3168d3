import { describe, expect, it } from "vitest";
import { countChecks, countPlaywright, countVitest, noReport, sum, type Count } from "./reports.ts";

const vitest = {
  success: true,
  numPassedTests: 5,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 0,
};
const stats = { expected: 3, unexpected: 0, flaky: 0, skipped: 2 };

const counted = (count: (text: string) => Count, report: unknown): Count =>
  count(JSON.stringify(report));

describe("counts", () => {
  it("takes vitest's figures", () => {
    expect(counted(countVitest, vitest)).toEqual({ passed: 5, failed: 0, skipped: 1 });
    expect(counted(countVitest, { ...vitest, success: false, numFailedTests: 2 }).failed).toBe(2);
  });

  it("counts a vitest file that could not be loaded as a failure", () => {
    expect(counted(countVitest, { ...vitest, success: false }).failed).toBe(1);
  });

  it("takes Playwright's figures", () => {
    expect(counted(countPlaywright, { stats, errors: [] })).toEqual({
      passed: 3,
      failed: 0,
      skipped: 2,
    });
    expect(
      counted(countPlaywright, { stats: { ...stats, unexpected: 1 }, errors: [] }).failed,
    ).toBe(1);
  });

  it("counts a journey that passed only at the second try as failed", () => {
    expect(counted(countPlaywright, { stats: { ...stats, flaky: 1 }, errors: [] }).failed).toBe(1);
  });

  it("counts an error outside any journey as a failure", () => {
    expect(counted(countPlaywright, { stats, errors: [{ message: "no Chromium" }] }).failed).toBe(
      1,
    );
  });

  it("counts each check but the unit tests, which are counted one by one", () => {
    const results = [
      { name: "format", passed: true, seconds: 1 },
      { name: "lint", passed: false, seconds: 1 },
      { name: "unit tests", passed: false, seconds: 1 },
    ];
    expect(counted(countChecks, results)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  it("adds up, a missing report being one failure", () => {
    expect(sum([{ passed: 2, failed: 0, skipped: 1 }, noReport])).toEqual({
      passed: 2,
      failed: 1,
      skipped: 1,
    });
  });
});
