import { defineConfig } from "playwright/test";

/** Journeys through the whole product: real Chromium, real coordinator, real PostgreSQL. */
export default defineConfig({
  testDir: ".",
  testMatch: "**/*.spec.ts",
  outputDir: "../test-results",
  globalSetup: "./setup.ts",
  // Each journey has a coordinator, a database and browsers of its own, and proves on real cores: two at once would
  // measure each other.
  workers: 1,
  timeout: 240_000,
  // What is not there within this will not come.
  use: { actionTimeout: 30_000 },
  forbidOnly: process.env.CI !== undefined,
  reporter: [["list"], ["json", { outputFile: "../.cache/e2e.json" }]],
});
