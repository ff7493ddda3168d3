// Who may import whom. The tree and its realms: docs/architecture.md. Each rule is shown to bite by
// scripts/dependencies.test.ts.

const tests = "\\.test\\.tsx?$|/testing/|^e2e/|^bench/|^circuits/|^scripts/";
const roots = "^src/main\\.tsx$|\\.worker\\.ts$|^src/sw/sw\\.ts$";
const words = "^src/(domain|wire|gen|circuit)/";
const boundaries = "^src/(node|artifacts|prover)/protocol\\.ts$";

/** An error with its reason. */
const rule = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

module.exports = {
  forbidden: [
    rule("no-cycles", "A cycle has no first page to read.", {}, { circular: true }),
    rule(
      "no-orphans",
      "What nothing reaches is not part of the product.",
      { orphan: true, pathNot: [tests, roots, "\\.d\\.ts$", "\\.config\\.(ts|js)$", "\\.cjs$"] },
      {},
    ),
    rule(
      "no-tests-in-product",
      "Fakes and tests do not ship.",
      { path: "^(src|coordinator|cli|bin)/", pathNot: tests },
      { path: tests, pathNot: "^scripts/.*\\.json$" },
    ),
    rule(
      "no-development-packages-in-product",
      "What runs in production is installed in production.",
      { path: "^(src|coordinator|cli|bin)/", pathNot: tests },
      { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    ),
    rule(
      "kernels-are-alone",
      "The generator runs at build time and knows nothing of the product.",
      { path: "^kernels/", pathNot: tests },
      { path: "^(src|coordinator|cli|bin|scripts|bench|e2e)/" },
    ),
    rule(
      "kernels-ship-as-modules",
      "What runs in the browser is the built module; of its generator only the layout's types are known.",
      { path: "^(src|coordinator|cli|bin)/", pathNot: tests },
      { path: "^kernels/", pathNot: "^kernels/layout\\.ts$" },
    ),
    rule(
      "domain-is-pure",
      "The words depend on nothing: no library, no clock, no platform.",
      { path: "^src/domain/", pathNot: tests },
      { pathNot: "^src/domain/" },
    ),
    rule(
      "words-know-only-words",
      "What coordinator, command line and browser share runs in all of them.",
      { path: "^src/(wire|circuit)/", pathNot: tests },
      { path: "^src/", pathNot: words },
    ),
    rule(
      "stages-are-strangers",
      "A stage takes what comes and hands on; only the pipeline joins stages.",
      { path: "^src/node/(link|inbox|pool|outbox)/", pathNot: tests },
      { path: "^src/node/(link|inbox|pool|outbox)/", pathNot: "^src/node/$1/" },
    ),
    rule(
      "stages-do-not-know-their-pipeline",
      "The pipeline and the worker's entry call the stages, never the other way round.",
      { path: "^src/node/(link|inbox|pool|outbox)/", pathNot: tests },
      { path: "^src/node/(pipeline|node\\.worker)\\.ts$" },
    ),
    rule(
      "prover-is-alone",
      "A prover gets bytes and gives bytes: it knows no node, page or platform.",
      { path: "^src/prover/", pathNot: `${tests}|${roots}` },
      { path: "^src/", pathNot: `${words}|${boundaries}|^src/(prover|groth16)/` },
    ),
    rule(
      "core-is-alone",
      "The Groth16 core turns bytes into bytes, in whichever worker calls it.",
      { path: "^src/groth16/", pathNot: tests },
      { path: "^src/", pathNot: `${words}|^src/groth16/` },
    ),
    rule(
      "core-runs-in-workers",
      "The page, the node and the coordinator reach proofs by messages.",
      { path: "^(src|coordinator|cli)/", pathNot: `${tests}|^src/(prover|artifacts|groth16)/` },
      { path: "^src/groth16/" },
    ),
    rule(
      "artifacts-are-alone",
      "The artifact worker fetches and keeps files: it knows no node, prover or page.",
      { path: "^src/artifacts/", pathNot: `${tests}|${roots}` },
      { path: "^src/", pathNot: `${words}|${boundaries}|^src/(artifacts|groth16)/` },
    ),
    rule(
      "protocol-is-the-only-door-to-a-worker",
      "Another thread is reached by messages; only its types are shared.",
      { path: "^src/(?!(node|artifacts|prover)/)", pathNot: tests },
      { path: "^src/(node|artifacts|prover)/", pathNot: boundaries },
    ),
    rule(
      "node-speaks-to-its-workers-by-their-protocol",
      "Another thread is reached by messages; only its types are shared.",
      { path: "^src/node/", pathNot: tests },
      { path: "^src/(artifacts|prover)/", pathNot: boundaries },
    ),
    rule(
      "only-composition-roots-know-the-platform",
      "Time, chance, storage and network are handed in.",
      { path: "^src/", pathNot: `${tests}|${roots}|^src/platform/` },
      { path: "^src/platform/" },
    ),
    rule(
      "generated-code-stays-at-the-edge",
      "Messages become domain words where they arrive.",
      {
        path: "^(src|coordinator|cli)/",
        pathNot: `${tests}|^src/(gen|wire|platform)/|^coordinator/service/|^cli/`,
      },
      { path: "^src/gen/" },
    ),
    rule(
      "only-the-root-writes-the-store",
      "Screens read; what they want goes to the node, whose state comes back.",
      { path: "^src/", pathNot: `${tests}|^src/main\\.tsx$|^src/store/` },
      { path: "^src/store/store\\.ts$" },
    ),
    rule(
      "ui-reads-only-the-view",
      "A screen knows words, the read view and the node's calls as types.",
      { path: "^src/ui/", pathNot: tests },
      {
        path: "^src/",
        pathNot: "^src/(ui|domain)/|^src/store/(view|state)\\.ts$|^src/node/protocol\\.ts$",
      },
    ),
    rule(
      "react-lives-in-ui",
      "Nothing but screens needs a screen library.",
      { path: "^src/", pathNot: `${tests}|^src/ui/|^src/main\\.tsx$|^src/store/view\\.ts$` },
      { path: "node_modules/(react|react-dom)/" },
    ),
    rule(
      "coordinator-shares-only-words",
      "The coordinator runs no browser code.",
      { path: "^coordinator/", pathNot: "\\.test\\.ts$" },
      { path: "^(src|cli)/", pathNot: words },
    ),
    rule(
      "command-line-shares-only-words",
      "The command line is one more owner: it speaks to the coordinator over the network.",
      { path: "^cli/", pathNot: "\\.test\\.ts$" },
      { path: "^(src|coordinator)/", pathNot: words },
    ),
    rule(
      "page-never-imports-the-coordinator",
      "The browser's code knows the coordinator by its protocol alone.",
      { path: "^src/", pathNot: tests },
      { path: "^(coordinator|cli|scripts|bench|e2e|circuits)/" },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // Types count: a type is knowledge too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.tools.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node"],
    },
  },
};
