/** Fails when src/gen is not what the proto files generate. */
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { projectRoot } from "./steps.ts";

const filesBelow = async (folder: string): Promise<ReadonlyMap<string, string>> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const read = files.map(async (file) => {
    const place = path.join(file.parentPath, file.name);
    return [path.relative(folder, place), await readFile(place, "utf8")] as const;
  });
  return new Map(await Promise.all(read));
};

const output = await mkdtemp(path.join(tmpdir(), "prove-at-home-generated-"));
try {
  const buf = path.join(projectRoot, "node_modules/.bin/buf");
  execFileSync(buf, ["generate", "--output", output], { cwd: projectRoot, stdio: "inherit" });
  const fresh = await filesBelow(path.join(output, "src/gen"));
  const committed = await filesBelow(path.join(projectRoot, "src/gen"));
  const names = new Set([...fresh.keys(), ...committed.keys()]);
  const differing = [...names].filter((name) => fresh.get(name) !== committed.get(name));
  for (const name of differing) console.error(`src/gen/${name} differs: run "npm run proto"`);
  process.exitCode = differing.length === 0 ? 0 : 1;
} finally {
  await rm(output, { recursive: true, force: true });
}
