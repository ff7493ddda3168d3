/** Builds the page into dist/ when anything that it is made of is newer than the last build. */
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

const projectRoot = path.resolve(import.meta.dirname, "..");
const sources = [
  ...["src", "kernels", "scripts", "public"],
  ...["index.html", "vite.config.ts", "package-lock.json"],
];

/** Returns whether it built. */
export const buildPage = async (): Promise<boolean> => {
  const built = await changedAt(path.join(projectRoot, "dist/index.html"));
  const changed = await Promise.all(
    sources.map((source) => newest(path.join(projectRoot, source))),
  );
  if (built > Math.max(...changed)) return false;
  // Loading Vite takes a second, which a start without a build need not pay.
  const { build } = await import("vite");
  const { NODE_ENV } = process.env;
  await build({ root: projectRoot, logLevel: "warn" });
  // Vite makes it "production", and whatever this process starts would inherit that.
  if (NODE_ENV === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = NODE_ENV;
  return true;
};

/** Unix ms of the newest file at or below a path; a folder counts too, so that a deletion is seen. 0 = nothing there. */
const newest = async (place: string): Promise<number> => {
  const entries = await readdir(place, { recursive: true }).catch(() => []);
  const places = [place, ...entries.map((entry) => path.join(place, entry))];
  return Math.max(...(await Promise.all(places.map(changedAt))));
};

const changedAt = (place: string): Promise<number> =>
  stat(place).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const started = performance.now();
  if (await buildPage()) {
    console.log(`Built the page in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
  }
}
