import { lingui } from "@lingui/vite-plugin";
import { defineConfig } from "vitest/config";
import { linguiMacros } from "./scripts/lingui-macros.ts";

const outside = ["node_modules/**", "dist/**", ".cache/**", ".data/**", "e2e/**"];

/** Unit tests are quick and touch nothing; integration tests start PostgreSQL, coordinators and child processes. */
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [linguiMacros(), lingui()],
        test: {
          name: "unit",
          include: ["**/*.test.{ts,tsx}"],
          exclude: [...outside, "**/*.integration.test.ts"],
          environment: "node",
          // A kernel module takes a second to build and run through on an idle machine, and ten on a busy one.
          testTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "integration",
          include: ["**/*.integration.test.ts"],
          exclude: outside,
          environment: "node",
          // One PostgreSQL for the whole run; each file gets a database of its own.
          globalSetup: ["coordinator/db/testing/cluster.ts"],
          // A cold PostgreSQL cluster takes seconds on an idle machine and ten times that on a busy one.
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
