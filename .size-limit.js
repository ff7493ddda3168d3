// Size limits of what a volunteer downloads, gzip. `npm run build` first. Proving keys are never part of it.
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";

const assets = "dist/assets";

/** The one built file whose name begins so. */
const entry = (name) => {
  const found = readdirSync(assets).filter(
    (file) => file.startsWith(`${name}-`) && file.endsWith(".js"),
  );
  if (found.length === 1) return path.join(assets, found[0]);
  throw new Error(`${found.length} files ${assets}/${name}-*.js; there must be one`);
};

/** A file and all that it imports before it can run; what it imports later, on demand, has limits of its own. */
const withStaticImports = (file, seen = new Set()) => {
  if (seen.has(file)) return seen;
  seen.add(file);
  const code = readFileSync(file, "utf8");
  for (const [, specifier] of code.matchAll(
    /\bimport\s*(?:[^"'();]+?from\s*)?["'](\.[^"']+)["']/g,
  )) {
    withStaticImports(path.join(path.dirname(file), specifier), seen);
  }
  return seen;
};

const startedBy = (file) => [...withStaticImports(file)];

/** What loading a chunk adds to an entry that runs already. */
const addedBy = (chunk, running) =>
  [...withStaticImports(chunk, withStaticImports(running))].filter(
    (file) => !withStaticImports(running).has(file),
  );

/** The one built kernel of that name, in the form that an isolated page fetches: the other is as large. */
const kernel = (name) => {
  const found = readdirSync(assets).filter((file) => file.startsWith(`${name}.shared-`));
  if (found.length === 1) return path.join(assets, found[0]);
  throw new Error(`${found.length} files ${assets}/${name}.shared-*; there must be one`);
};

/** The scripts that index.html names, and all that they import. */
const firstView = () => {
  const html = readFileSync("dist/index.html", "utf8");
  const named = [...html.matchAll(/(?:src|href)="\/?(assets\/[^"]+\.js)"/g)];
  return [...new Set(named.flatMap(([, file]) => startedBy(path.join("dist", file))))];
};

const limit = (name, files, kilobytes) => ({
  name,
  path: files,
  limit: `${kilobytes} kB`,
  gzip: true,
});

export default [
  limit("first view of the page", firstView(), 90),
  limit("node worker", startedBy(entry("node.worker")), 70),
  limit("artifact worker", startedBy(entry("artifact.worker")), 35),
  limit("prover worker without its engine", startedBy(entry("prover.worker")), 10),
  limit("trying the kernels", addedBy(entry("try-kernel"), entry("artifact.worker")), 18),
  limit("engine snarkjs", addedBy(entry("snarkjs"), entry("prover.worker")), 70),
  limit("service worker", ["dist/sw.js"], 12),
  // A volunteer downloads the kernels that the browser runs: once, and those of BLS12-381 only with a circuit on it.
  limit("kernel wide4 of BN254", [kernel("bn128.wide4")], 60),
  limit("kernel fma2 of BN254", [kernel("bn128.fma2")], 90),
  limit("kernel ext4 of BN254", [kernel("bn128.ext4")], 230),
  limit("kernel scalar9 of BN254", [kernel("bn128.scalar9")], 100),
  limit("kernel wide4 of BLS12-381", [kernel("bls12381.wide4")], 80),
  limit("kernel fma2 of BLS12-381", [kernel("bls12381.fma2")], 150),
  limit("kernel ext4 of BLS12-381", [kernel("bls12381.ext4")], 380),
  limit("kernel scalar9 of BLS12-381", [kernel("bls12381.scalar9")], 160),
];
