/** `npm run check`: everything that needs no database, server or browser. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { checkReport, unitReport } from "./reports.ts";
import { projectRoot, runSteps, type Step } from "./steps.ts";

const unit = ["run", "--project", "unit", "--reporter", "default", "--reporter", "json"] as const;
const parts = [
  "src",
  "kernels",
  "coordinator",
  "cli",
  "scripts",
  "circuits",
  "e2e",
  "bench",
] as const;

/** In this order: what is quick and often wrong comes first. */
const checks: readonly Step[] = [
  { name: "format", command: ["prettier", "--check", "--log-level", "warn", "."] },
  { name: "types", command: ["tsc", "-b"] },
  { name: "lint", command: ["eslint", "--max-warnings", "0", "."] },
  { name: "dependency rules", command: ["depcruise", ...parts] },
  { name: "unused code", command: ["knip"] },
  { name: "unit tests", command: ["vitest", ...unit, "--outputFile", unitReport], loud: true },
  { name: "build", command: ["vite", "build", "--logLevel", "warn"] },
  { name: "size limits", command: ["size-limit"] },
  { name: "proto lint", command: ["buf", "lint"] },
  {
    name: "proto compatibility",
    command: ["buf", "breaking", "--against", "proto/baseline.binpb"],
  },
  { name: "generated code", command: ["scripts/generated.ts"] },
];

const results = await runSteps(checks);
const failed = results.filter((result) => !result.passed).map(({ name }) => name);
const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
const verdict = failed.length === 0 ? "all passed" : `FAILED: ${failed.join(", ")}`;
console.log(`${results.length} checks in ${seconds.toFixed(0)} s, ${verdict}`);

const report = path.join(projectRoot, checkReport);
await mkdir(path.dirname(report), { recursive: true });
await writeFile(report, JSON.stringify(results));
process.exitCode = failed.length === 0 ? 0 : 1;
