/** How threads and processes that run foreign or heavy code are started: with our loader and without our environment. */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/** Loads TypeScript by tsx, whether or not the parent was started by it. */
export const loaderArguments: readonly string[] = [
  "--import",
  pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href,
];

/** What a program needs to run at all. DATABASE_URL, keys and everything else of ours stay behind. */
const harmless = ["PATH", "HOME", "TMPDIR", "TMP", "TEMP", "SystemRoot", "LANG"] as const;

export const bareEnvironment = (
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> => {
  const kept: Record<string, string> = {};
  for (const name of harmless) {
    const value = environment[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
};
