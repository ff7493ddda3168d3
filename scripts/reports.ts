/** Reads how many tests passed and failed from the reports (JSON) that the test runners leave. */
import type { StepResult } from "./steps.ts";

export const checkReport = ".cache/check.json";
export const unitReport = ".cache/unit.json";
export const integrationReport = ".cache/integration.json";
export const journeyReport = ".cache/e2e.json";

export type Count = { readonly passed: number; readonly failed: number; readonly skipped: number };

/** The unit tests are counted one by one from their own report, so here their step counts only when it failed. */
export const countChecks = (text: string): Count => {
  const results = JSON.parse(text) as readonly StepResult[];
  const others = results.filter(({ name }) => name !== "unit tests");
  const passed = others.filter((result) => result.passed).length;
  return { passed, failed: others.length - passed, skipped: 0 };
};

type VitestReport = {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
};

export const countVitest = (text: string): Count => {
  const report = JSON.parse(text) as VitestReport;
  return {
    passed: report.numPassedTests,
    // A file that cannot be loaded has no tests to fail, but it is a failure.
    failed: report.success ? 0 : Math.max(1, report.numFailedTests),
    skipped: report.numPendingTests + report.numTodoTests,
  };
};

type PlaywrightReport = {
  readonly errors: readonly unknown[];
  readonly stats: {
    readonly expected: number;
    readonly unexpected: number;
    readonly flaky: number;
    readonly skipped: number;
  };
};

/** A test that passed only when it was run again has failed. */
export const countPlaywright = (text: string): Count => {
  const { stats, errors } = JSON.parse(text) as PlaywrightReport;
  return {
    passed: stats.expected,
    failed: Math.max(stats.unexpected + stats.flaky, errors.length > 0 ? 1 : 0),
    skipped: stats.skipped,
  };
};

/** What a run without a report is: one failure. */
export const noReport: Count = { passed: 0, failed: 1, skipped: 0 };

export const sum = (counts: readonly Count[]): Count =>
  counts.reduce(
    (total, count) => ({
      passed: total.passed + count.passed,
      failed: total.failed + count.failed,
      skipped: total.skipped + count.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
