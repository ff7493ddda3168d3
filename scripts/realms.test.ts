import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const projectRoot = path.resolve(import.meta.dirname, "..");

const dom = "export const planted = document.title;";
const nodeCode =
  'import { readFileSync } from "node:fs";\nexport const planted = readFileSync("x");';
const worker = "export const planted = postMessage.length + navigator.hardwareConcurrency;";
const enumeration = "export enum Planted { One }";

/** Code in a realm where it cannot run. */
const misplaced: readonly (readonly [what: string, file: string, code: string])[] = [
  ["DOM code in a prover", "src/prover/dom.ts", dom],
  ["DOM code in the node worker", "src/node/dom.ts", dom],
  ["DOM code in the artifact worker", "src/artifacts/dom.ts", dom],
  ["DOM code in the service worker", "src/sw/dom.ts", dom],
  ["DOM code in the domain", "src/domain/dom.ts", dom],
  ["DOM code in the coordinator", "coordinator/dom.ts", dom],
  ["Node code in the page", "src/ui/server.tsx", nodeCode],
  ["Node code in a prover", "src/prover/server.ts", nodeCode],
  ["Node code in the node worker", "src/node/server.ts", nodeCode],
  ["Node code in shared wire code", "src/wire/server.ts", nodeCode],
  ["worker code in the domain", "src/domain/worker.ts", worker],
  ["worker code in the coordinator", "coordinator/worker.ts", worker],
  ["a clock in the domain", "src/domain/clock.ts", "export const planted = performance.now();"],
  ["an enum in the domain", "src/domain/enumeration.ts", enumeration],
];

/** The same code where it belongs: the negative control. */
const placed: readonly (readonly [what: string, file: string, code: string])[] = [
  ["DOM code in the page", "src/ui/dom.tsx", dom],
  ["worker code in a prover", "src/prover/worker.ts", worker],
  ["worker code in the node worker", "src/node/worker.ts", worker],
  ["Node code in the coordinator", "coordinator/server.ts", nodeCode],
  ["Node code in the command line", "cli/server.ts", nodeCode],
  ["Node code in a test of a worker", "src/node/server.test.ts", nodeCode],
  ["shared code in the domain", "src/domain/words.ts", "export const planted = 1;"],
];

const settings = [
  "tsconfig.base.json",
  "tsconfig.json",
  "tsconfig.tools.json",
  "src/tsconfig.gen.json",
  "src/tsconfig.shared.json",
  "src/tsconfig.page.json",
  "src/groth16/tsconfig.json",
  "src/node/tsconfig.json",
  "src/artifacts/tsconfig.json",
  "src/prover/tsconfig.json",
  "src/sw/tsconfig.json",
  "src/shared-globals.d.ts",
  "coordinator/tsconfig.json",
  "cli/tsconfig.json",
  "kernels/tsconfig.json",
  "kernels/layout.ts",
];

let folder = "";
let errors = "";

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "prove-at-home-realms-"));
  for (const file of settings) await cp(path.join(projectRoot, file), path.join(folder, file));
  await symlink(path.join(projectRoot, "node_modules"), path.join(folder, "node_modules"));
  const plain = ["src/gen/plain.ts", "src/sw/plain.ts", "src/artifacts/plain.ts"];
  for (const file of plain) await write(file, "export const planted = 1;");
  for (const [, file, code] of [...misplaced, ...placed]) await write(file, code);
  errors = await build(folder);
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const write = async (file: string, text: string): Promise<void> => {
  const place = path.join(folder, file);
  await mkdir(path.dirname(place), { recursive: true });
  await writeFile(place, `${text}\n`);
};

/** What `tsc -b` says; one line per error, each beginning with its file. */
const build = (cwd: string): Promise<string> =>
  new Promise((resolve) => {
    const program = path.join(projectRoot, "node_modules/typescript/bin/tsc");
    execFile(process.execPath, [program, "-b", "--pretty", "false"], { cwd }, (_error, stdout) => {
      resolve(stdout);
    });
  });

describe("realms", () => {
  it.each(misplaced)("%s fails the type check (%s)", (_what, file) => {
    expect(errors).toContain(`${file}(`);
  });

  it.each(placed)("%s passes (%s)", (_what, file) => {
    expect(errors).not.toContain(`${file}(`);
  });

  it("nothing else fails", () => {
    const files = errors.match(/^[^(\s]+(?=\()/gm) ?? [];
    expect(new Set(files)).toEqual(new Set(misplaced.map(([, file]) => file)));
  });
});
