/** `npm test`: the checks, then what needs a database, a coordinator or a browser. The last line is the count. */
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import {
  checkReport,
  countChecks,
  countPlaywright,
  countVitest,
  integrationReport,
  journeyReport,
  noReport,
  sum,
  unitReport,
  type Count,
} from "./reports.ts";
import { projectRoot, runSteps } from "./steps.ts";

const place = (report: string): string => path.join(projectRoot, report);

const countOf = async (report: string, count: (text: string) => Count): Promise<Count> => {
  const text = await readFile(place(report), "utf8").catch(() => undefined);
  return text === undefined ? noReport : count(text);
};

const reports = [checkReport, unitReport, integrationReport, journeyReport];
await Promise.all(reports.map((report) => rm(place(report), { force: true })));

const integration = [
  "run",
  "--project",
  "integration",
  "--reporter",
  "default",
  "--reporter",
  "json",
] as const;
const steps = await runSteps([
  { name: "checks", command: ["scripts/check.ts"], loud: true },
  {
    name: "integration tests",
    command: ["vitest", ...integration, "--outputFile", integrationReport],
    loud: true,
  },
  {
    name: "journeys",
    command: ["playwright", "test", "--config", "e2e/playwright.config.ts"],
    loud: true,
  },
]);

const total = sum([
  await countOf(checkReport, countChecks),
  await countOf(unitReport, countVitest),
  await countOf(integrationReport, countVitest),
  await countOf(journeyReport, countPlaywright),
]);
const minutes = steps.reduce((seconds, step) => seconds + step.seconds, 0) / 60;
console.log(`${total.skipped} skipped, ${minutes.toFixed(1)} minutes`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && steps.every((step) => step.passed) ? 0 : 1;
