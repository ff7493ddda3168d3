import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const projectRoot = path.resolve(import.meta.dirname, "..");

/** A file that must not be, what it imports, and the rule that says so. */
const violations: readonly (readonly [rule: string, from: string, to: string])[] = [
  ["no-cycles", "src/wire/chicken.ts", "src/wire/egg.ts"],
  ["no-tests-in-product", "src/node/leak.ts", "src/testing/clock.ts"],
  ["no-tests-in-product", "coordinator/leak.ts", "coordinator/queue/lease.test.ts"],
  ["no-development-packages-in-product", "coordinator/tool.ts", "fast-check"],
  ["kernels-are-alone", "kernels/borrowed.ts", "src/domain/circuit.ts"],
  ["kernels-ship-as-modules", "src/prover/engine/generator.ts", "kernels/modules.ts"],
  ["domain-is-pure", "src/domain/curious.ts", "src/wire/egg.ts"],
  ["domain-is-pure", "src/domain/learned.ts", "comlink"],
  ["words-know-only-words", "src/wire/nosy.ts", "src/store/reduce.ts"],
  ["words-know-only-words", "src/circuit/nosy.ts", "src/platform/worker/transport.ts"],
  ["stages-are-strangers", "src/node/inbox/friend.ts", "src/node/link/link.ts"],
  ["stages-are-strangers", "src/node/pool/friend.ts", "src/node/outbox/outbox.ts"],
  ["stages-do-not-know-their-pipeline", "src/node/pool/upward.ts", "src/node/pipeline.ts"],
  ["prover-is-alone", "src/prover/homesick.ts", "src/node/pipeline.ts"],
  ["prover-is-alone", "src/prover/online.ts", "src/platform/worker/transport.ts"],
  ["artifacts-are-alone", "src/artifacts/nosy.ts", "src/prover/prove.ts"],
  [
    "protocol-is-the-only-door-to-a-worker",
    "src/platform/page/short-cut.ts",
    "src/prover/prove.ts",
  ],
  [
    "node-speaks-to-its-workers-by-their-protocol",
    "src/node/pool/short-cut.ts",
    "src/prover/prove.ts",
  ],
  [
    "only-composition-roots-know-the-platform",
    "src/node/direct.ts",
    "src/platform/worker/transport.ts",
  ],
  ["only-composition-roots-know-the-platform", "src/ui/direct.tsx", "src/platform/page/beacon.ts"],
  ["generated-code-stays-at-the-edge", "src/node/raw.ts", "src/gen/messages_pb.ts"],
  ["generated-code-stays-at-the-edge", "coordinator/queue/raw.ts", "src/gen/messages_pb.ts"],
  ["only-the-root-writes-the-store", "src/ui/writer.tsx", "src/store/store.ts"],
  ["core-is-alone", "src/groth16/curious.ts", "src/prover/engine/engine.ts"],
  ["core-runs-in-workers", "src/node/prove.ts", "src/groth16/groth16.ts"],
  ["ui-reads-only-the-view", "src/ui/curious.tsx", "src/wire/egg.ts"],
  ["react-lives-in-ui", "src/node/pretty.ts", "react"],
  ["coordinator-shares-only-words", "coordinator/borrowed.ts", "src/node/pipeline.ts"],
  ["command-line-shares-only-words", "cli/borrowed.ts", "coordinator/config.ts"],
  ["page-never-imports-the-coordinator", "src/ui/server.tsx", "coordinator/config.ts"],
];

/** What the architecture allows: the negative control. */
const allowed: readonly (readonly [from: string, to: string])[] = [
  ["src/main.tsx", "src/platform/page/beacon.ts"],
  ["src/main.tsx", "src/store/store.ts"],
  ["src/groth16/msm.ts", "kernels/layout.ts"],
  ["src/prover/engine/core.ts", "src/groth16/groth16.ts"],
  ["src/artifacts/prepared.ts", "src/groth16/groth16.ts"],
  ["src/node/node.worker.ts", "src/platform/worker/transport.ts"],
  ["src/node/pipeline.ts", "src/node/link/link.ts"],
  ["src/node/pool/pool.ts", "src/prover/protocol.ts"],
  ["src/ui/lane.tsx", "src/store/view.ts"],
  ["src/ui/button.tsx", "react"],
  ["src/wire/report.ts", "src/gen/messages_pb.ts"],
  ["coordinator/service/submit.ts", "src/gen/messages_pb.ts"],
  ["coordinator/verify/parse.ts", "src/wire/egg.ts"],
  ["cli/submit.ts", "src/gen/messages_pb.ts"],
  ["src/node/link/link.test.ts", "src/testing/clock.ts"],
];

type Violation = {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
};

let folder = "";
let found: readonly Violation[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "prove-at-home-rules-"));
  for (const file of [".dependency-cruiser.cjs", "tsconfig.base.json"]) {
    await cp(path.join(projectRoot, file), path.join(folder, file));
  }
  await write(
    "tsconfig.tools.json",
    '{"extends":"./tsconfig.base.json","include":["src","kernels"]}',
  );
  await write("package.json", packageJson);
  for (const name of ["react", "comlink", "fast-check"]) {
    await write(`node_modules/${name}/package.json`, `{"name":"${name}","exports":"./index.js"}`);
    await write(`node_modules/${name}/index.js`, "export const thing = 1;");
  }
  const edges = [...violations.map(([, from, to]) => [from, to] as const), ...allowed];
  for (const [, to] of edges) if (to.includes("/")) await write(to, "export const thing = 1;");
  for (const [from, to] of edges) await write(from, importing(from, to));
  await write("src/wire/egg.ts", importing("src/wire/egg.ts", "src/wire/chicken.ts"));
  await write("src/store/lonely.ts", "export const thing = 1;");
  found = await cruise(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const packageJson = JSON.stringify({
  type: "module",
  dependencies: { react: "*", comlink: "*" },
  devDependencies: { "fast-check": "*" },
});

const write = async (file: string, text: string): Promise<void> => {
  const place = path.join(folder, file);
  await mkdir(path.dirname(place), { recursive: true });
  await writeFile(place, text);
};

const importing = (from: string, to: string): string => {
  const relative = path.relative(path.dirname(from), to);
  const specifier = to.includes("/") ? (relative.startsWith(".") ? relative : `./${relative}`) : to;
  return `import { thing } from "${specifier}";\nexport const other = thing;\nexport { thing };\n`;
};

const cruise = (cwd: string): Promise<readonly Violation[]> =>
  new Promise((resolve, reject) => {
    const program = path.join(
      projectRoot,
      "node_modules/dependency-cruiser/bin/dependency-cruise.mjs",
    );
    const args = [program, "src", "kernels", "coordinator", "cli", "--output-type", "json"];
    // The exit code counts the violations, so it says nothing about success here.
    execFile(process.execPath, args, { cwd, maxBuffer: 1 << 26 }, (_error, stdout, stderr) => {
      try {
        const report = JSON.parse(stdout) as { summary: { violations: Violation[] } };
        resolve(report.summary.violations);
      } catch (cause) {
        reject(new Error(`dependency-cruiser gave no report: ${stderr}`, { cause }));
      }
    });
  });

describe("dependency rules", () => {
  it.each(violations)("%s: %s may not import %s", (rule, from, to) => {
    const hit = found.some(
      (violation) =>
        violation.rule.name === rule && violation.from === from && violation.to.includes(to),
    );
    expect(hit, JSON.stringify(found.filter((violation) => violation.from === from))).toBe(true);
  });

  it("no-orphans: a file that nothing reaches is found", () => {
    const orphans = found.filter((violation) => violation.rule.name === "no-orphans");
    expect(orphans.map((violation) => violation.from)).toEqual(["src/store/lonely.ts"]);
  });

  it.each(allowed)("%s may import %s", (from, to) => {
    const hits = found.filter((violation) => violation.from === from && violation.to.includes(to));
    expect(hits).toEqual([]);
  });
});
