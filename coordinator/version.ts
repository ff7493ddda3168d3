/** What this software calls itself. */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import * as v from "valibot";

const packageSchema = v.object({ version: v.string() });

const readVersion = (): string => {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return v.parse(packageSchema, JSON.parse(text)).version;
};

/** As in package.json. */
export const version = readVersion();

/** What `--version` prints: name and version, runtime, platform, processors; one a line. */
export const versionText = (): string =>
  [
    `Prove@Home Coordinator v${version}`,
    `Node Version: ${process.version}`,
    `OS/Arch: ${process.platform}/${process.arch}`,
    `CPUs: ${cpus().length}`,
  ].join("\n");
